package store_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/sealed"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
)

func TestSealedInSQLite(t *testing.T) {
	storetest.RunSealed(t, func(t *testing.T) string { return sqliteURL(t) }, openSealed, func(t *testing.T, url string) (dump []byte) {
		path := strings.TrimPrefix(url, "sqlite:")
		for _, suffix := range []string{"", "-wal"} {
			file, err := os.ReadFile(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			dump = append(dump, file...)
		}
		return dump
	})
}

func TestSealedInPostgreSQL(t *testing.T) {
	said := &statements{seen: map[string]bool{}}
	storetest.RunSealed(t, said.database, openSealed, dumpServer)
	said.check(t)
}

// dumpServer reads what a dump of a server's database has of the tables.
func dumpServer(t *testing.T, url string) []byte {
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var dump bytes.Buffer
	for _, table := range []string{"settings", "webhooks", "webhook_deliveries", "visitor_salts", "audit_entries"} {
		rows, err := db.QueryContext(t.Context(), "-- a thief's\nSELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				fmt.Fprintf(&dump, "%s\n", *v.(*any))
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return dump.Bytes()
}

// openSealed is open with a box.
func openSealed(t *testing.T, url string, box *sealed.Box) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: url, Box: box, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
