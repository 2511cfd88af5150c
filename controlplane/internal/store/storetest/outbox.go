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
	"github.com/fingerpost/fingerpost/sync/link"
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

func outboxBlocks(t *testing.T, s *store.Store) {
	create(t, s, sample("taken"))
	mark(t, s, outbox.Published{Key: link.Key{Domain: "go.example", Code: "taken"}, Version: 1, Revision: 9})
	_, block, err := s.CreateLinks(timeout(t), []links.Entry{{Link: sample("b")}, {Link: sample("a")}, {Link: sample("taken")}})
	if err != nil || block == "" || pending(t, s) != 3 {
		t.Fatalf("block %q, %v, %d pending", block, err, pending(t, s))
	}
	if claimed := claim(t, s, 0, time.Minute, 10); len(claimed) > 0 {
		t.Errorf("changes of their own: %v", claimed)
	}
	if young := claimBlock(t, s, time.Minute); young != nil {
		t.Errorf("a block that its writer may be publishing: %v", young)
	}
	got := claimBlock(t, s, 0)
	if got == nil || got.ID != block || len(got.Keys) != 3 || got.Keys[1] != (link.Key{Domain: "go.example", Code: "a"}) {
		t.Fatalf("claimed %v, want %s", got, block)
	}
	if again := claimBlock(t, s, 0); again != nil {
		t.Errorf("a block that is held was claimed: %v", again)
	}
	mark(t, s, outbox.Published{Key: got.Keys[1], Version: 1, Revision: 10, InBlock: true})
	if l := read(t, s, got.Keys[1]); l.Revision != 10 || pending(t, s) != 3 {
		t.Errorf("revision %d, %d pending", l.Revision, pending(t, s))
	}
	for range 2 {
		if err := s.ForgetBlocks(timeout(t), []string{block}); err != nil || pending(t, s) != 0 {
			t.Errorf("%d pending, %v", pending(t, s), err)
		}
	}
}

func claimBlock(t *testing.T, s *store.Store, olderThan time.Duration) *outbox.Block {
	t.Helper()
	block, err := s.ClaimBlock(timeout(t), olderThan, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return block
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
