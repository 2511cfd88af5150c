package store_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
)

func TestOpenSaysWhatIsWrong(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "text"), []byte("this is not a database, but long enough to be one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, url string
		conns     int
		want      string
	}{
		{"no URL", "", 0, "URL is missing"},
		{"another database", "mysql://root@localhost/x", 0, "must start with sqlite: or postgres://"},
		{"a negative pool", "sqlite:x", -1, "MaxConns"},
		{"no file", "sqlite:", 0, "names no file"},
		{"no folder", "sqlite:" + filepath.Join(folder, "none", "db"), 0, "is its folder there"},
		{"no database in the file", "sqlite:" + filepath.Join(folder, "text"), 0, filepath.Join(folder, "text")},
		{"nobody listens", "postgres://u:secret@127.0.0.1:1/x", 0, "127.0.0.1:1 (does it run there?)"},
		{"a bad port", "postgres://u:secret@127.0.0.1:port/x", 0, "URL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := store.Open(t.Context(), store.Options{URL: tc.url, MaxConns: tc.conns, Logger: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// Replicas that start at once on a new database make its tables once.
func TestReplicasMigrateAtOnce(t *testing.T) {
	url := postgres.NewDatabase(t)
	together(5, func(int) {
		s, err := store.Open(t.Context(), store.Options{URL: url, MaxConns: 4, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		if err := s.Migrate(t.Context()); err != nil {
			t.Error(err)
		}
	})
	var versions int
	query(t, open(t, url), &versions, "SELECT COUNT(*) FROM goose_db_version WHERE version_id = 1")
	if versions != 1 {
		t.Errorf("the first migration was applied %d times", versions)
	}
}

// CockroachDB may commit the steps of a migration one by one. What a replica that was
// killed has done of one is no obstacle to the next.
func TestMigrationsAreRepeatable(t *testing.T) {
	s := open(t, storetest.PostgreSQL(t))
	exec(t, s, "DELETE FROM goose_db_version WHERE version_id > 0")
	if err := s.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLinksSurviveReopening(t *testing.T) {
	url := sqliteURL(t)
	s := open(t, url)
	want, err := s.Setting(t.Context(), "key", func() ([]byte, error) { return []byte("one"), nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, url).Setting(t.Context(), "key", func() ([]byte, error) { return []byte("two"), nil })
	if err != nil || string(got) != string(want) {
		t.Errorf("got %q (%v)", got, err)
	}
}
