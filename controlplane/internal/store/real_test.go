package store_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
)

// TestCockroachDB needs the address of a server that it may add databases to, such as
// postgres://root@localhost:26257/defaultdb, with one host or several.
func TestCockroachDB(t *testing.T) {
	server := os.Getenv("FINGERPOST_COCKROACH_URL")
	if server == "" {
		t.Skip("FINGERPOST_COCKROACH_URL names no server")
	}
	// One for all: to make tables takes CockroachDB many seconds.
	shared := addDatabase(t, server, "suite")
	database := func(t *testing.T) string {
		t.Cleanup(func() { empty(t, shared) })
		return shared
	}
	open(t, shared)
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, database(t)) })
	storetest.RunClicks(t, database)
	storetest.RunSealed(t, database, openSealed, dumpServer)
	t.Run("its own migrations are taken or skipped", func(t *testing.T) {
		s := open(t, addDatabase(t, server, "own"))
		for range 2 {
			if err := s.MigrateOwn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// addDatabase adds a database to a server and removes it after the test.
func addDatabase(t *testing.T, server, suffix string) (databaseURL string) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("fingerpost_test_%d_%s", time.Now().UnixMilli(), suffix)
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

// empty leaves a database as its migrations make it.
func empty(t *testing.T, databaseURL string) {
	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'goose%'`)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Error(err)
		}
		tables = append(tables, table)
	}
	if err := rows.Err(); err != nil || len(tables) == 0 {
		t.Errorf("tables: %q (%v)", tables, err)
	}
	for _, table := range tables {
		statement := "DELETE FROM " + table
		if table == "workspaces" { // migrations make one
			statement += " WHERE id <> 'default'"
		}
		if _, err := db.Exec(statement); err != nil {
			t.Error(err)
		}
	}
}
