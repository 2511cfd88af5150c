package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
)

// A client that sends one batch again and again, all of whose codes are taken by
// then, adds nothing to the database: no words, and nothing to publish.
func TestABatchOfTakenCodesLeavesNothing(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{
		"SQLite":     func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "links.db") },
		"PostgreSQL": storetest.PostgreSQL,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, url(t))
			var before [3]int
			for attempt := range 2 {
				all := make([]links.Entry, 50)
				for i := range all {
					all[i].Link = linkOf(fmt.Sprintf("row%02d", i))
				}
				outcomes, _, err := s.CreateLinks(t.Context(), all)
				if err != nil {
					t.Fatal(err)
				}
				for i, o := range outcomes {
					if taken := attempt > 0; errors.Is(o.Err, links.ErrTaken) != taken {
						t.Fatalf("row %d of attempt %d: %v", i, attempt, o.Err)
					}
				}
				for i, table := range []string{"link_terms", "outbox_blocks", "audit_entries"} {
					var n int
					query(t, s, &n, "SELECT COUNT(*) FROM "+table)
					if attempt > 0 && n != before[i] {
						t.Errorf("%s has %d rows, had %d", table, n, before[i])
					}
					before[i] = n
				}
			}
		})
	}
}
