package storetest

import (
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// auditCommits: an entry is there if its change is, and only then.
func auditCommits(t *testing.T, s *store.Store) {
	actor := audit.Actor{KeyID: "k", UserID: "u", Address: netip.MustParseAddr("2001:db8::1")}
	ctx := audit.With(timeout(t), actor)
	l := sample("seen")
	if err := s.CreateLink(ctx, l); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateLink(ctx, sample("seen")); !errors.Is(err, links.ErrTaken) {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	if _, err := s.ChangeLink(ctx, l.Key, func(*links.Link) error { return refused }); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	change(t, s, l.Key, func(l *links.Link) { l.Status = link.Deleted })
	entries := audited(t, s, audit.Query{Subject: "link go.example/seen"})
	if len(entries) != 2 {
		t.Fatalf("entries %+v", entries)
	}
	deleted, created := entries[0], entries[1]
	if created.Action != "link.create" || created.KeyID != "k" || created.UserID != "u" || created.Address != "2001:db8::1" ||
		created.Workspace != "annas" || created.Version != 1 || created.Before != "" || created.After == "" {
		t.Errorf("created: %+v", created)
	}
	if deleted.Action != "link.delete" || deleted.KeyID != "" || deleted.Version != 2 || deleted.Before != created.After || deleted.After != "" {
		t.Errorf("deleted: %+v", deleted)
	}
}

func audited(t *testing.T, s *store.Store, q audit.Query) []audit.Entry {
	t.Helper()
	entries, err := s.ListEntries(timeout(t), q, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// auditSeals lets eight sealers work while others write: the chain holds, and
// every entry is in one block.
func auditSeals(t *testing.T, s *store.Store) {
	const writers, each = 8, 20
	var written, sealed atomic.Int64
	seal := func() {
		n, err := s.SealEntries(timeout(t), 7, func(previous audit.Block, entries []audit.Entry) audit.Block {
			return audit.Seal(previous, entries, now)
		})
		if err != nil {
			t.Error(err)
		}
		sealed.Add(int64(n))
	}
	together(2*writers, func(i int) {
		for j := range each {
			if i%2 == 0 {
				seal()
				continue
			}
			if err := s.InsertWorkspace(timeout(t), access.Workspace{ID: fmt.Sprintf("w%d-%d", i, j)}); err != nil {
				t.Error(err)
			}
			written.Add(1)
		}
	})
	for sealed.Load() < written.Load() {
		before := sealed.Load()
		if seal(); sealed.Load() == before {
			t.Fatalf("%d of %d are sealed", before, written.Load())
		}
	}
	r, err := audit.Verify(timeout(t), s, audit.Head{})
	if err != nil || r.Entries != writers*each || r.Unsealed != 0 || r.Blocks < writers*each/7 {
		t.Errorf("report %+v (%v)", r, err)
	}
	last, err := s.LastBlock(timeout(t))
	if err != nil || last.Head() != r.Head {
		t.Errorf("the last block is %+v (%v), and the chain ends at %v", last, err, r.Head)
	}
}
