package links_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// An import bears a database that does not answer for a while: each draft makes one
// link, whatever has become of the attempts before.
func TestImportIsPatient(t *testing.T) {
	for name, c := range map[string]struct {
		cut   []bool // attempts that fail: whether they have happened
		takes time.Duration
		ok    bool
	}{
		"nothing fails":           {nil, 0, true},
		"not persisted":           {[]bool{false, false, false}, 0, true},
		"failed but persisted":    {[]bool{true}, 0, true},
		"not heard of":            {[]bool{false, true, false, true}, 0, true},
		"each takes a while":      {[]bool{true, false, false}, 10 * time.Second, true},
		"longer than it may last": {[]bool{false, true, false, false, false, false}, 20 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, store := rules(t)
				store.cut, store.takes = c.cut, c.takes
				drafts := make([]links.Draft, 5)
				for i := range drafts {
					drafts[i].Fields.URL = new("https://example.com/") // of one target, each its own
				}
				waited := 0
				results := l.Import(t.Context(), alice, drafts, links.Patience{Within: time.Minute, For: time.Minute, Waiting: func(err error) {
					if !errors.Is(err, links.ErrUnavailable) {
						t.Errorf("told of %v", err)
					}
					waited++
				}})
				if c.ok && waited != len(c.cut) || len(store.all) != len(drafts) {
					t.Errorf("waited %d times for %d links", waited, len(store.all))
				}
				for _, r := range results {
					switch {
					case !c.ok && !errors.Is(r.Err, links.ErrUnavailable):
						t.Errorf("result %+v", r)
					case c.ok && (r.Err != nil || r.Made.Existed):
						t.Errorf("result %+v", r)
					}
				}
			})
		})
	}
}
