package e2e_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/promise"
	"github.com/fingerpost/fingerpost/bench/report"
	"github.com/fingerpost/fingerpost/bench/verify"
	"github.com/fingerpost/fingerpost/bench/workload"
)

// verifySmall is bench verify at a size that a test can afford.
func verifySmall(t *testing.T, s *system) *verify.Result {
	t.Helper()
	urls, err := workload.URLs("")
	if err != nil {
		t.Fatal(err)
	}
	counts, err := workload.Popularity("")
	if err != nil {
		t.Fatal(err)
	}
	var later uint64 // how many redirects may be told to come, because the machine stands still
	if !promise.Judged() {
		later = 100
	}
	v, err := verify.New(verify.Options{
		Control: s.control, Key: adminKey, Edges: s.edges, Targets: urls[:2000], Popularity: counts,
		Requests: 20_000, Connections: 16, Changes: 40, Seed: 1, Logger: slog.New(slog.DiscardHandler),
		AllowUnanswered: later, Follow: promise.Within(5 * time.Second), Settle: promise.Within(10 * time.Second),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Reach(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := v.Run(t.Context())
	var table strings.Builder
	if e := report.Write(&table, r.Sections()); e != nil {
		t.Fatal(e)
	}
	t.Logf("\n%s", table.String())
	if err != nil || !r.Held {
		t.Fatalf("did not hold: %v", err)
	}
	return r
}
