package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// looksThrough searches more links than are looked at in one go, by every way
// that a search can take, and expects each to find the same.
func looksThrough(t *testing.T, s *store.Store) {
	var all []links.Entry
	var want []string
	for i := range 4500 {
		l := sample(fmt.Sprintf("c%04d", i))
		l.CreatedAt, l.URL, l.Title, l.Tags = int64(1000+i/3), "https://example.org/", "Plain", nil
		if i%700 == 3 {
			l.Title, l.Tags = "100% httpish", []string{"rare"}
			want = append(want, l.Code)
		}
		all = append(all, links.Entry{Link: l})
	}
	if _, _, err := s.CreateLinks(timeout(t), all); err != nil {
		t.Fatal(err)
	}
	for _, q := range []links.Query{
		{Text: "httpish"},            // a rare word
		{Text: "%"},                  // no word
		{Text: "% plain exam 100"},   // nothing: the title is another
		{Text: "http 100%"},          // a word, and a common one
		{Text: "htt %"},              // a common one alone
		{Tag: "rare"},                // a tag
		{Tag: "rare", Text: "%"},     // both
		{Text: "%", Domain: "x.org"}, // nothing: another domain
	} {
		expected := want
		if q.Text == "% plain exam 100" || q.Domain != "" {
			expected = nil
		}
		for _, order := range []links.Order{links.OldestFirst, links.NewestFirst} {
			q.Order, q.Limit = order, 2
			got := allPages(t, s, q)
			if order == links.NewestFirst {
				slices.Reverse(got)
			}
			if !slices.Equal(got, expected) {
				t.Errorf("%+v: got %v, want %v", q, got, expected)
			}
		}
	}
}

// sharedWords searches links that were made at once, whose words share rows, after
// some have changed and another was made between them.
func sharedWords(t *testing.T, s *store.Store) {
	var all []links.Entry
	var want []string
	for i := range 400 { // more than a row takes
		l := sample(fmt.Sprintf("c%03d", i))
		l.CreatedAt, l.Title = 1000, "Harvest"
		all = append(all, links.Entry{Link: l})
		want = append(want, l.Code)
	}
	if _, _, err := s.CreateLinks(timeout(t), all); err != nil {
		t.Fatal(err)
	}
	between := sample("c100x")
	between.CreatedAt, between.Title = 1000, "harvest"
	create(t, s, between)
	change(t, s, all[7].Link.Key, func(l *links.Link) { l.Title = "Frost" })
	change(t, s, all[8].Link.Key, func(l *links.Link) { l.Status = link.Deleted })
	for _, title := range []string{"Frost", "Harvest again"} {
		change(t, s, all[9].Link.Key, func(l *links.Link) { l.Title = title })
	}
	want = slices.Insert(slices.Delete(want, 7, 9), 99, "c100x")
	for _, order := range []links.Order{links.OldestFirst, links.NewestFirst} {
		got := allPages(t, s, links.Query{Text: "harv", Order: order, Limit: 150})
		if order == links.NewestFirst {
			slices.Reverse(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("order %d: got %v, want %v", order, got, want)
		}
	}
}

// allPages follows the cursors to the end.
func allPages(t *testing.T, s *store.Store, q links.Query) []string {
	t.Helper()
	var codes []string
	for range 100 {
		found, next, err := s.ListLinks(timeout(t), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range found {
			codes = append(codes, l.Code)
		}
		if next == (links.Cursor{}) {
			return codes
		}
		q.After = next
	}
	t.Fatalf("%+v: the listing does not end", q)
	return nil
}

// terms follow a link's changes.
func terms(t *testing.T, s *store.Store) {
	l := sample("indexed")
	l.URL, l.Title, l.Tags = "https://example.org/one", "First", []string{"red"}
	key := create(t, s, l).Key
	finds := func(q links.Query) bool {
		q.Limit = 9
		return slices.ContainsFunc(list(t, s, q), func(l *links.Link) bool { return l.Key == key })
	}
	change(t, s, key, func(l *links.Link) { l.URL, l.Title, l.Tags = "https://example.org/two", "Second", []string{"blue"} })
	for q, want := range map[links.Query]bool{
		{Text: "one"}: false, {Text: "first"}: false, {Tag: "red"}: false, {Text: "red"}: false,
		{Text: "two"}: true, {Text: "second"}: true, {Tag: "blue"}: true, {Text: "indexed example"}: true,
	} {
		if finds(q) != want {
			t.Errorf("%+v finds it: %v", q, !want)
		}
	}
	for term, want := range map[string]int{links.TargetTerm("https://example.org/one"): 0, links.TargetTerm("HTTPS://example.org/two"): 1, links.ShapeTerm("1NDEXED"): 1} {
		if found, err := s.FindTerm(timeout(t), term, "go.example", 9); err != nil || len(found) != want {
			t.Errorf("%s finds %v, error %v", term, found, err)
		}
	}
	change(t, s, key, func(l *links.Link) { l.Status = link.Deleted })
	if finds(links.Query{Text: "two"}) || finds(links.Query{Tag: "blue"}) {
		t.Error("the deleted link is found")
	}
}
