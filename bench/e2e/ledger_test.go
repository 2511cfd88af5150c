package e2e_test

import (
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/bench/conservation"
	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/bench/report"
)

// ledgerKills lets TestF2 kill more often than a quick run can afford.
const ledgerKills = "FINGERPOST_LEDGER_KILLS"

// TestF2Ledger: whatever is killed and cut off, and whenever, every answer that a
// client received is counted once. "bench verify --clicks" is the same at length.
func TestF2Ledger(t *testing.T) {
	t.Parallel()
	kills := 10
	if text := os.Getenv(ledgerKills); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", ledgerKills, err)
		}
	}
	r, err := conservation.Run(t.Context(), conservation.Options{
		Programs: conservation.Programs{
			Etcd: builds.Path(t, etcdPkg), Control: builds.Path(t, controlplanePkg), Edge: builds.Path(t, edgePkg),
		},
		Database: postgres.NewDatabase(t), Dir: t.TempDir(), Kills: kills, Spells: 1, Links: 40, Clients: 8, PerSecond: 2000,
		SpoolBytes: 6 << 20, Requests: 5000, Seed: 1, Logger: slog.New(slog.DiscardHandler),
	})
	if r == nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if e := report.Write(&table, r.Sections()); e != nil {
		t.Fatal(e)
	}
	t.Logf("\n%s", table.String())
	if err != nil || !r.Held {
		t.Fatalf("did not hold: %v", err)
	}
}
