package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/outbox"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

func outboxRows(t *testing.T, s *store.Store) {
	key := create(t, s, sample("news")).Key
	change(t, s, key, func(l *links.Link) { l.URL = "https://example.org/2" })
	change(t, s, key, func(l *links.Link) { l.URL = "https://example.org/3" })
	create(t, s, sample("other"))
	if n := pending(t, s); n != 4 {
		t.Fatalf("%d rows after four changes", n)
	}
	mark(t, s, outbox.Published{Key: key, Version: 2, Revision: 20})
	if n := pending(t, s); n != 2 {
		t.Errorf("%d rows after the second of three versions was published", n)
	}
	if got := read(t, s, key); got.Revision != 0 {
		t.Errorf("revision %d belongs to an older version", got.Revision)
	}
	mark(t, s, outbox.Published{Key: key, Version: 2, Revision: 20}, outbox.Published{Key: key, Version: 3, Revision: 30})
	if got := read(t, s, key); got.Revision != 30 {
		t.Errorf("revision %d", got.Revision)
	}
	if n := pending(t, s); n != 1 {
		t.Errorf("%d rows after all versions were published", n)
	}
	change(t, s, key, func(*links.Link) {})
	if got := read(t, s, key); got.Revision != 0 {
		t.Errorf("a new version starts with revision %d", got.Revision)
	}
}

// claims lets eight claimers take 200 changes: each goes to one of them, and to
// another only when the claim has run out.
func claims(t *testing.T, s *store.Store) {
	const n = 200
	for i := range n {
		create(t, s, sample(fmt.Sprintf("c%03d", i)))
	}
	if early := claim(t, s, time.Hour*24*365*50, time.Minute, n); len(early) != 0 {
		t.Errorf("%d changes are fifty years old", len(early))
	}
	var mu sync.Mutex
	var got []string
	together(8, func(int) {
		for {
			claimed := claim(t, s, 0, time.Minute, 7)
			if len(claimed) == 0 {
				return
			}
			mu.Lock()
			for _, c := range claimed {
				got = append(got, c.Key.Code)
			}
			mu.Unlock()
		}
	})
	slices.Sort(got)
	if len(slices.Compact(slices.Clone(got))) != n || len(got) != n {
		t.Errorf("%d claims of %d changes", len(got), n)
	}
	// A claim far longer than the caller's own is a wrong clock's, and void.
	if again := claim(t, s, 0, time.Second, 3); len(again) != 3 {
		t.Errorf("%d changes claimed from a clock that is ahead", len(again))
	}
}

func claim(t *testing.T, s *store.Store, olderThan, claimFor time.Duration, limit int) []outbox.Change {
	t.Helper()
	claimed, err := s.ClaimChanges(timeout(t), olderThan, claimFor, limit)
	if err != nil {
		t.Error(err)
	}
	return claimed
}

func mark(t *testing.T, s *store.Store, published ...outbox.Published) {
	t.Helper()
	if err := s.MarkPublished(timeout(t), published); err != nil {
		t.Fatal(err)
	}
}

func pending(t *testing.T, s *store.Store) int {
	t.Helper()
	n, err := s.PendingChanges(timeout(t))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
