package storetest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// SQLite gives the URL of a migrated database of tb's own. Migrating takes most of a
// short test's time, so each process does it once, and copies the file.
func SQLite(tb testing.TB) (url string) {
	tb.Helper()
	file, err := migrated()
	if err != nil {
		tb.Fatalf("migrating a database for all tests: %v", err)
	}
	path := filepath.Join(tb.TempDir(), "links.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		tb.Fatal(err)
	}
	return "sqlite:" + path
}

var migrated = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "fingerpost-migrated-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "links.db")
	s, err := store.Open(context.Background(), store.Options{URL: "sqlite:" + path, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	// Closing writes the log back: the file is all there is.
	if err := errors.Join(s.Migrate(context.Background()), s.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
