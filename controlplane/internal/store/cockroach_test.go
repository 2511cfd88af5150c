package store_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// A server that knows none of CockroachDB's own words stands for a cluster without a
// licence: each step is refused with a line in the log, an index whose twin was
// refused stays, and a step that was taken is not taken again.
func TestRefusedStepsAreSkipped(t *testing.T) {
	var log bytes.Buffer
	s, err := store.Open(t.Context(), store.Options{URL: postgres.NewDatabase(t), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := errors.Join(s.Migrate(t.Context()), s.MigrateOwn(t.Context())); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log.String(), "refuses") {
		t.Errorf("PostgreSQL is asked for what only CockroachDB knows: %s", &log)
	}
	for range 2 {
		log.Reset()
		steps, err := store.TakeCockroachSteps(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(log.String(), "refuses"); n < 10 || n >= steps {
			t.Errorf("%d of %d steps were refused: %s", n, steps, &log)
		}
		if strings.Contains(log.String(), "-old") || strings.Contains(log.String(), "everywhere") {
			t.Errorf("a step is tried that must not be: %s", &log)
		}
	}
	var indexes int
	if query(t, s, &indexes, "SELECT COUNT(*) FROM pg_indexes WHERE indexname = 'outbox_created'"); indexes != 1 {
		t.Error("an index was dropped whose twin was refused")
	}
}
