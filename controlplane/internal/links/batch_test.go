package links_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// Many imports have few transactions under way, and nobody who wants one link waits
// for them.
func TestImportsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, store := rules(t)
		store.takes = time.Second
		draft := func(alias string) []links.Draft {
			return []links.Draft{{Alias: alias, Reuse: true, Fields: links.Fields{URL: new("https://example.com/")}}}
		}
		var imports sync.WaitGroup
		start := time.Now()
		for _, alias := range []string{"one", "two", "three", "four", "five"} {
			imports.Go(func() {
				if result := l.Import(t.Context(), alice, draft(alias), links.Patience{Within: time.Minute})[0]; result.Err != nil {
					t.Error(result.Err)
				}
			})
		}
		synctest.Wait()
		if _, err := l.Create(t.Context(), alice, draft("single")[0]); err != nil || time.Since(start) != time.Second {
			t.Errorf("a create took %v: %v", time.Since(start), err)
		}
		imports.Wait()
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("five imports took %v", took)
		}
	})
}
