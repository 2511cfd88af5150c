package counter_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// Sixteen writers lease from one database. Each is killed at random, which to a
// minter means that it is dropped with all that it holds, and another one takes
// its place. No number may come twice (acceptance F9, in small).
func TestKilledWritersNeverMeet(t *testing.T) {
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
			const writers, each = 16, 5_000
			minted := make([][]uint64, writers)
			var group sync.WaitGroup
			for w := range writers {
				group.Go(func() { minted[w] = write(t, s, w, each) })
			}
			group.Wait()
			seen := make(map[uint64]bool, writers*each)
			for _, ids := range minted {
				for _, id := range ids {
					if seen[id] {
						t.Fatalf("%d came twice", id)
					}
					seen[id] = true
				}
			}
			if len(seen) != writers*each {
				t.Errorf("%d numbers", len(seen))
			}
		})
	}
}

// write mints n numbers, through as many lives as its luck demands.
func write(t *testing.T, s *store.Store, writer, n int) (ids []uint64) {
	random := rand.New(rand.NewPCG(uint64(writer), 1))
	for life := 0; len(ids) < n; life++ {
		issuer, err := counter.NewSharded(t.Context(), s) // as a new process would
		if err != nil {
			t.Error(err)
			return ids
		}
		m := counter.NewMinter(counter.Options{Issuer: issuer, Writer: fmt.Sprint(writer, ".", life), Region: "r"})
		for left := random.IntN(2_000); left > 0 && len(ids) < n; left-- {
			id, _, err := m.Mint(t.Context(), 7)
			if err != nil {
				t.Error(err)
				return ids
			}
			ids = append(ids, id)
		}
		m.Stop(t.Context())
	}
	return ids
}
