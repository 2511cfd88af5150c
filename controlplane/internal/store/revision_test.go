package store_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/outbox"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// The build before marks a link in the link's own row; whoever marks, all know.
func TestRevisionsOfTheBuildBefore(t *testing.T) {
	s := open(t, "sqlite:"+t.TempDir()+"/db")
	l := &links.Link{Link: link.Link{Key: link.Key{Domain: "go.example", Code: "code"}, URL: "https://example.org", Status: link.Active, Redirect: 302}}
	if err := s.CreateLink(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	change := func() {
		if _, err := s.ChangeLink(t.Context(), l.Key, func(*links.Link) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	theirs := func() {
		err := store.InTx(t.Context(), s, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE links SET revision = 7`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	ours := func() {
		if err := s.MarkPublished(t.Context(), []outbox.Published{{Key: l.Key, Version: 2, Revision: 9}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		name     string
		do       func()
		revision int64
	}{
		{"marked by the build before", theirs, 7},
		{"changed", change, 0},
		{"marked by this one", ours, 9},
		{"changed again", change, 0},
		{"a late mark of an older version", ours, 0},
		{"marked by the build before again", theirs, 7},
	} {
		step.do()
		got, err := s.ReadLink(t.Context(), l.Key)
		if err != nil || got.Revision != step.revision {
			t.Errorf("%s: revision %d, want %d (%v)", step.name, got.Revision, step.revision, err)
		}
	}
}
