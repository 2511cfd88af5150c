package storetest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// SQLite gives the URL of a migrated database of tb's own. Migrating takes most of a
// short test's time, so each process does it once, and copies the file.
func SQLite(tb testing.TB) (url string) {
	tb.Helper()
	file, err := migratedFile()
	if err != nil {
		tb.Fatalf("migrating a database for all tests: %v", err)
	}
	path := filepath.Join(tb.TempDir(), "links.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		tb.Fatal(err)
	}
	return "sqlite:" + path
}

var migratedFile = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "fingerpost-migrated-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "links.db")
	// Closing writes the log back: the file is all there is.
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// PostgreSQL gives the URL of a migrated database of tb's own, made in the same way.
func PostgreSQL(tb testing.TB) (url string) {
	tb.Helper()
	return postgres.NewCopy(tb, migrate)
}

func migrate(url string) error {
	s, err := store.Open(context.Background(), store.Options{URL: url, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(context.Background()), s.Close())
}
