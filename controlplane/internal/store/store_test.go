package store_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgres.Tests{M: m}) }

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, sqliteURL(t)) })
	storetest.RunClicks(t, func(t *testing.T) string { return sqliteURL(t) })
}

func TestPostgreSQL(t *testing.T) {
	said := &statements{seen: map[string]bool{}}
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, said.database(t)) })
	storetest.RunClicks(t, said.database)
	said.check(t)
}

// sqliteURL names a migrated database.
func sqliteURL(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a name with ?, % and #.db")
	if err := os.Rename(strings.TrimPrefix(storetest.SQLite(t), "sqlite:"), path); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// open opens and migrates a store that lives as long as t.
func open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: url, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
