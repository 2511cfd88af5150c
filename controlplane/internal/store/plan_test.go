package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// A first import's targets are found by the index, although PostgreSQL has not
// analyzed the table since it was empty: else each block reads all before it.
func TestTargetsInANewTable(t *testing.T) {
	url := postgres.NewDatabase(t)
	open(t, url)
	s, err := store.Open(t.Context(), store.Options{URL: url, MaxConns: 1, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	inTx(t, s, "ALTER TABLE link_terms SET (autovacuum_enabled = off)")
	for block := range 10 { // PostgreSQL keeps a plan after some
		reuse(t, s, block)
	}
	inTx(t, s, `INSERT INTO link_terms (term, created_at, domain, code)
SELECT CAST(md5(CAST(n AS TEXT)) AS BYTEA), n, 'go.example', 'code' FROM generate_series(1, 100000) AS n`)
	before := scanned(t, s)
	reuse(t, s, 10)
	if read := scanned(t, s) - before; read != 0 {
		t.Errorf("%d rows were read beside the index", read)
	}
}

// reuse creates links unless there are some to their targets.
func reuse(t *testing.T, s *store.Store, block int) {
	all := make([]links.Entry, 128)
	for i := range all {
		n := block*len(all) + i
		all[i] = links.Entry{Reuse: true, Link: &links.Link{
			Link: link.Link{Key: link.Key{Domain: "go.example", Code: fmt.Sprintf("%07d", n)},
				URL: fmt.Sprintf("https://example.org/%d", n), Status: link.Active, Redirect: 302},
			CreatedBy: "anna", Workspace: "annas", CreatedAt: 1_700_000_000_000, UpdatedAt: 1_700_000_000_000,
		}}
	}
	if _, _, err := s.CreateLinks(t.Context(), all); err != nil {
		t.Fatal(err)
	}
}

// scanned is how many rows of link_terms the store's one connection has read beside
// the index.
func scanned(t *testing.T, s *store.Store) (read int) {
	inTx(t, s, "SELECT FROM pg_stat_force_next_flush()")
	inTx(t, s, "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'link_terms'", &read)
	return read
}

func inTx(t *testing.T, s *store.Store, statement string, into ...any) {
	t.Helper()
	err := store.InTx(t.Context(), s, func(ctx context.Context, tx *sql.Tx) error {
		if len(into) == 0 {
			_, err := tx.ExecContext(ctx, statement)
			return err
		}
		return tx.QueryRowContext(ctx, statement).Scan(into...)
	})
	if err != nil {
		t.Fatal(err)
	}
}
