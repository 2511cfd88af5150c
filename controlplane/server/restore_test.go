package server_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

// A database that is restored from an older backup mints no code that was minted
// after that backup, and its links' versions go on above what edges have seen.
func TestRestoredBackupGivesNoCodeAgain(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	o := options(t, feedtest.Start(t).Endpoint())
	seen := make(map[string]bool)
	create := func(s *server.Server, times int) {
		t.Helper()
		for range times {
			status, answer := call(t, "POST", "http://"+s.Addr()+"/api/v1/urls", adminKey, `{"long_url":"https://example.com/"}`)
			code, _ := answer["code"].(string)
			if status != http.StatusCreated || seen[code] {
				t.Fatalf("%d %v; given before: %t", status, answer, seen[code])
			}
			seen[code] = true
		}
	}
	s, stop := start(t, o)
	kept := filepath.Join(t.TempDir(), "backup.db")
	if err := server.Backup(t.Context(), o.DatabaseURL, kept, log); err != nil { // before any range was leased
		t.Fatal(err)
	}
	create(s, 50)
	stop()

	o.DatabaseURL = "sqlite:" + kept
	if err := server.Restored(t.Context(), o.DatabaseURL, log); err != nil {
		t.Fatal(err)
	}
	// The writer's name decides where it leases: several servers reach several shards.
	for range 3 {
		s, stop := start(t, o)
		create(s, 50)
		stop()
	}
}
