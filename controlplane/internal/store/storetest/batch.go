package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// batchRows creates more links at once than one statement takes, some of which
// cannot be.
func batchRows(t *testing.T, s *store.Store) {
	create(t, s, sample("taken"))
	create(t, s, sample("grave"))
	change(t, s, link.Key{Domain: "go.example", Code: "grave"}, func(l *links.Link) { l.Status = link.Deleted })
	var all []links.Entry
	for i := range 300 {
		all = append(all, links.Entry{Link: sample(fmt.Sprintf("row%03d", i))})
	}
	all = append(all, links.Entry{Link: sample("taken")}, links.Entry{Link: sample("row007")}, links.Entry{Link: sample("grave")})
	outcomes, _, err := s.CreateLinks(timeout(t), all)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		refused := i == 300 || i == 301
		if errors.Is(o.Err, links.ErrTaken) != refused || o.Existing != nil {
			t.Errorf("row %d: %+v", i, o)
		}
	}
	for code, version := range map[string]uint64{"row000": 1, "row299": 1, "taken": 1, "grave": 3} {
		if got := read(t, s, link.Key{Domain: "go.example", Code: code}); got.Version != version || got.Status != link.Active {
			t.Errorf("%s is %+v", code, got)
		}
	}
	if n := pending(t, s); n != 306 { // two made before, one deleted, 302 named together and one that came back
		t.Errorf("%d changes are announced", n)
	}
	if found := list(t, s, links.Query{Text: "row29", Limit: 100}); len(found) != 10 {
		t.Errorf("%d links are found", len(found))
	}
}

// reuse finds links by their target, the oldest of each, in the database and in the
// batch itself.
func reuse(t *testing.T, s *store.Store) {
	entry := func(code, url string, custom bool) links.Entry {
		l := sample(code)
		l.URL, l.Custom, l.StartsAt, l.ExpiresAt = url, custom, 0, 0
		return links.Entry{Link: l, Reuse: true}
	}
	held := entry("held", "https://example.org/A", false).Link
	create(t, s, held)
	younger := entry("a-younger", held.URL, false).Link
	younger.CreatedAt = held.CreatedAt + 1
	create(t, s, younger)
	over := entry("over", "https://example.org/over", false).Link
	over.ExpiresAt = 1
	create(t, s, over)
	foreign := entry("foreign", "https://example.org/foreign", false).Link
	foreign.Workspace = "berts"
	create(t, s, foreign)
	all := []links.Entry{
		entry("n1", "HTTPS://EXAMPLE.org:443/A", false),
		entry("n2", "https://example.org/over", false),
		entry("n3", "https://example.org/foreign", false),
		entry("n4", "https://example.org/new", false),
		entry("n5", "https://example.org/new", false),
		entry("alias1", "https://example.org/A", true),
		entry("held", "https://example.org/A", true),
		entry("held", "https://example.org/other", true),
	}
	outcomes, _, err := s.CreateLinks(timeout(t), all)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"held", "", "", "", "n4", "", "held", "taken"} {
		got := ""
		switch o := outcomes[i]; {
		case errors.Is(o.Err, links.ErrTaken):
			got = "taken"
		case o.Existing != nil:
			got = o.Existing.Code
		}
		if got != want {
			t.Errorf("entry %d: %q, want %q", i, got, want)
		}
	}
}

// createdBefore: links that come again are found by their codes, whatever they are
// now, and others' codes are others'.
func createdBefore(t *testing.T, s *store.Store) {
	entry := func(code string, again bool) links.Entry {
		l := sample(code)
		l.URL += code
		l.Custom, l.ExpiresAt = false, 2_000 // it has passed
		return links.Entry{Link: l, Again: again}
	}
	if _, _, err := s.CreateLinks(timeout(t), []links.Entry{entry("one", false), entry("two", false)}); err != nil {
		t.Fatal(err)
	}
	other := sample("other")
	other.URL = "https://example.org/other"
	create(t, s, other)
	reusing := entry("two", true)
	reusing.Reuse = true
	again := []links.Entry{entry("one", true), reusing, entry("three", true), entry("other", true), entry("one", false)}
	outcomes, _, err := s.CreateLinks(timeout(t), again)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"one", "two", "", "taken", "taken"} {
		got := ""
		switch o := outcomes[i]; {
		case errors.Is(o.Err, links.ErrTaken):
			got = "taken"
		case o.Existing != nil:
			got = o.Existing.Code
		}
		if got != want {
			t.Errorf("entry %d: %q, want %q", i, got, want)
		}
	}
	if all := list(t, s, links.Query{Limit: 10}); len(all) != 4 {
		t.Errorf("%d links", len(all))
	}
}

// reuseRace: of many that want a link to one target, one creates it.
func reuseRace(t *testing.T, s *store.Store) {
	var mu sync.Mutex
	codes := make(map[string]int)
	together(20, func(i int) {
		l := sample(fmt.Sprintf("code%02d", i))
		l.StartsAt, l.ExpiresAt, l.Custom = 0, 0, false
		outcomes, _, err := s.CreateLinks(timeout(t), []links.Entry{{Link: l, Reuse: true}})
		if err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if held := outcomes[0].Existing; held != nil {
			codes[held.Code]++
		} else {
			codes[l.Code]++
		}
	})
	if len(codes) != 1 {
		t.Errorf("links %v, want one", codes)
	}
}
