package counter_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// database opens a new database, which is what a backup from before the first
// lease holds.
func database(t *testing.T) *counter.Sharded {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "db"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	sharded, err := counter.NewSharded(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return sharded
}

// What one writer leased after the backup, the same writer does not lease again
// after the restore: not in any length, nor in the largest pieces.
func TestSkipPassesWhatWasLeased(t *testing.T) {
	before, restored := database(t), database(t)
	if err := restored.Skip(t.Context(), "restore"); err != nil {
		t.Fatal(err)
	}
	for length := link.MinLength; length <= link.MaxLength; length++ {
		lease := counter.Lease{Writer: "w", Length: length, Size: counter.MaxSize}
		again, err := restored.LeaseRange(t.Context(), lease)
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			leased, err := before.LeaseRange(t.Context(), lease)
			if err != nil {
				t.Fatal(err)
			}
			if leased.First+leased.Size > again.First && again.First+again.Size > leased.First {
				t.Fatalf("length %d: %+v was leased before, and %+v is leased after the restore", length, leased, again)
			}
		}
	}
}
