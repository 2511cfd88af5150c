package store_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// TestCockroachDB needs the address of a server that it may add databases to,
// such as postgres://root@localhost:26257/defaultdb.
func TestCockroachDB(t *testing.T) {
	server := os.Getenv("FINGERPOST_COCKROACH_URL")
	if server == "" {
		t.Skip("FINGERPOST_COCKROACH_URL names no server")
	}
	n := 0
	database := func(t *testing.T) string {
		n++
		return addDatabase(t, server, fmt.Sprintf("fingerpost_test_%d_%d", time.Now().UnixMilli(), n))
	}
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, database(t)) })
	storetest.RunClicks(t, database)
	storetest.RunSealed(t, database, openSealed, dumpServer)
	t.Run("its own migrations are taken or skipped", func(t *testing.T) {
		s := open(t, database(t))
		for range 2 {
			if err := s.MigrateOwn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// addDatabase adds a database to a server and removes it after the test.
func addDatabase(t *testing.T, server, name string) (databaseURL string) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP DATABASE " + name); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
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
