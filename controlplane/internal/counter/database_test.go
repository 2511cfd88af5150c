package counter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/codes"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// F9: sixteen writers mint codes from one database. Each is killed again and again,
// which to a minter means that it is dropped with all that it holds: between two
// codes, before a lease, with a lease under way, and after the lease was booked but
// before its answer came. All codes differ, and a life wastes no more than what it
// held: two ranges, and the one under way. FINGERPOST_CODES=1000000 asks for more.
func TestF9KilledWritersNeverMeet(t *testing.T) {
	wanted := 80_000
	if more, err := strconv.Atoi(os.Getenv("FINGERPOST_CODES")); err == nil {
		wanted = more
	}
	for _, database := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"SQLite", func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "db") }},
		{"PostgreSQL", func(t *testing.T) string { return postgres.NewDatabase(t) }},
	} {
		t.Run(database.name, func(t *testing.T) {
			s, err := store.Open(t.Context(), store.Options{URL: database.url(t), Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			const writers = 16
			all := make([]*writer, writers)
			var group sync.WaitGroup
			for i := range all {
				all[i] = &writer{store: s, number: i, minted: map[string]uint64{}}
				group.Go(func() { all[i].write(t, wanted/writers) })
			}
			group.Wait()
			checkDifferent(t, all, wanted)
			checkWaste(t, s, all)
		})
	}
}

// writer is a writer through all its lives.
type writer struct {
	store  *store.Store
	number int
	ids    []uint64
	minted map[string]uint64 // by life
}

// write mints n numbers, through as many lives as its luck demands.
func (w *writer) write(t *testing.T, n int) {
	random := rand.New(rand.NewPCG(uint64(w.number), 1))
	patience := time.Now().Add(time.Minute)
	for life := 0; len(w.ids) < n && t.Context().Err() == nil; life++ {
		issuer, err := counter.NewSharded(t.Context(), w.store) // as a new process would
		if err != nil {
			t.Error(err)
			return
		}
		name := fmt.Sprint(w.number, ".", life)
		soon := &mortal{Issuer: issuer, fate: random.Int64N(8)}
		m := counter.NewMinter(counter.Options{Issuer: soon, Writer: name, Region: "r"})
		for left := random.IntN(3_000); left > 0 && len(w.ids) < n; left-- {
			id, _, err := m.Mint(t.Context(), 7)
			if err != nil && soon.dead() {
				break
			}
			if errors.Is(err, counter.ErrUnavailable) && time.Now().Before(patience) { // the machine stands still
				time.Sleep(20 * time.Millisecond)
				continue
			}
			if err != nil {
				t.Error(err)
				return
			}
			w.ids = append(w.ids, id)
			w.minted[name]++
		}
		m.Stop(t.Context())
	}
}

var errKilled = errors.New("killed")

// mortal dies at its lease of number fate/2: before it, or after it, with the answer
// lost.
type mortal struct {
	counter.Issuer
	fate   int64
	leases atomic.Int64
}

func (m *mortal) dead() bool { return m.leases.Load() > m.fate/2 }

func (m *mortal) LeaseRange(ctx context.Context, l counter.Lease) (counter.Range, error) {
	m.leases.Add(1)
	dies := m.dead()
	if dies && m.fate%2 == 0 {
		return counter.Range{}, errKilled
	}
	leased, err := m.Issuer.LeaseRange(ctx, l)
	if dies && err == nil {
		return counter.Range{}, errKilled
	}
	return leased, err
}

// checkDifferent makes the codes, and finds any that came twice.
func checkDifferent(t *testing.T, all []*writer, wanted int) {
	t.Helper()
	codec, err := codes.New([]byte("0123456789abcdef"), 7)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool, wanted)
	for _, w := range all {
		for _, id := range w.ids {
			seen[codec.Encode(id)] = true
		}
	}
	if len(seen) != wanted/len(all)*len(all) {
		t.Errorf("%d codes differ, of %d", len(seen), wanted)
	}
}

// checkWaste holds what each life leased against what it minted.
func checkWaste(t *testing.T, s *store.Store, all []*writer) {
	t.Helper()
	leases := map[string][]uint64{} // sizes by life, the newest first
	var leased, minted uint64
	for after := (counter.Granted{}); ; {
		page, err := s.ListLeases(t.Context(), after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, g := range page {
			leases[g.Writer] = append(leases[g.Writer], g.Size)
			leased += g.Size
		}
		after = page[len(page)-1]
	}
	for _, w := range all {
		minted += uint64(len(w.ids))
	}
	for life, sizes := range leases {
		var total, held uint64
		for i, size := range sizes {
			total += size
			if i < 3 {
				held += size
			}
		}
		number, _ := strconv.Atoi(life[:len(life)-len(filepath.Ext(life))])
		if wasted := total - all[number].minted[life]; wasted > held {
			t.Errorf("%s wasted %d numbers and held %d", life, wasted, held)
		}
	}
	t.Logf("%d lives; of %d numbers leased %d were minted", len(leases), leased, minted)
}
