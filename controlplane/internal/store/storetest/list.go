package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// listing pages through links, some of one millisecond, while others are added.
func listing(t *testing.T, s *store.Store) {
	for _, order := range []links.Order{links.NewestFirst, links.OldestFirst} {
		domain := fmt.Sprintf("order%d.example", order)
		var want []string
		for i := range 25 {
			l := sample(fmt.Sprintf("c%02d", i))
			l.Domain, l.CreatedAt = domain, int64(1000+i/4)
			create(t, s, l)
			want = append(want, l.Code)
		}
		if order == links.NewestFirst {
			slices.Reverse(want)
		}
		var got []string
		query := links.Query{Domain: domain, Order: order, Limit: 4}
		for page := 0; ; page++ {
			found := list(t, s, query)
			if len(found) == 0 {
				break
			}
			if page == len(want) {
				t.Fatalf("order %d: the listing does not end", order)
			}
			for _, l := range found {
				got = append(got, l.Code)
			}
			last := found[len(found)-1]
			query.After = links.Cursor{CreatedAt: last.CreatedAt, Key: last.Key}
			added := sample(fmt.Sprintf("late%d", page))
			added.Domain, added.CreatedAt = domain, 5000 // behind for newest first: never seen
			if order == links.OldestFirst {
				added.CreatedAt = 1
			}
			create(t, s, added)
		}
		if !slices.Equal(got, want) {
			t.Errorf("order %d: got %v, want %v", order, got, want)
		}
	}
}

func selects(t *testing.T, s *store.Store) {
	add := func(code string, edit func(*links.Link)) {
		l := sample(code)
		l.URL, l.Title, l.Tags = "https://example.org/"+code, "", nil
		edit(l)
		create(t, s, l)
	}
	add("percent", func(l *links.Link) { l.URL = "https://example.org/100%25_done" })
	add("plain", func(l *links.Link) { l.Title = "A Sale"; l.Tags = []string{"Red", "a,b"} })
	add("other", func(l *links.Link) { l.CreatedBy = "bert"; l.Tags = []string{"red", `x"y`} })
	add("comma", func(l *links.Link) { l.Tags = []string{","} })
	add("off", func(l *links.Link) { l.Status = link.Disabled })
	add("dead", func(l *links.Link) {})
	change(t, s, link.Key{Domain: "go.example", Code: "dead"}, func(l *links.Link) { l.Status = link.Deleted })
	for _, tc := range []struct {
		name  string
		query links.Query
		want  []string
	}{
		{"everything but the deleted", links.Query{}, []string{"comma", "off", "other", "percent", "plain"}},
		{"a status", links.Query{Status: link.Disabled}, []string{"off"}},
		{"the deleted", links.Query{Status: link.Deleted}, []string{"dead"}},
		{"an owner", links.Query{CreatedBy: "bert"}, []string{"other"}},
		{"another domain", links.Query{Domain: "none.example"}, nil},
		{"a tag, by case", links.Query{Tag: "Red"}, []string{"plain"}},
		{"a tag with a quote", links.Query{Tag: `x"y`}, []string{"other"}},
		{"a tag with a comma", links.Query{Tag: "a,b"}, []string{"plain"}},
		{"half a tag", links.Query{Tag: "a"}, nil},
		{"the tag that separates tags", links.Query{Tag: ","}, []string{"comma"}},
		{"text in the title, in any case", links.Query{Text: "a sALE"}, []string{"plain"}},
		{"the start of a code", links.Query{Text: "PERC"}, []string{"percent"}},
		{"words, in any order and place", links.Query{Text: "sale exam PLAIN"}, []string{"plain"}},
		{"a word of a tag", links.Query{Text: "red", CreatedBy: "bert"}, []string{"other"}},
		{"not the middle of a word", links.Query{Text: "erc"}, nil},
		{"a literal percent sign", links.Query{Text: "100%2"}, []string{"percent"}},
		{"a sign, anywhere", links.Query{Text: "%2"}, []string{"percent"}},
		{"a percent sign is no wildcard", links.Query{Text: "e%e"}, nil},
		{"a literal underscore", links.Query{Text: "_"}, []string{"percent"}},
		{"a workspace", links.Query{Workspace: "annas", Tag: "Red"}, []string{"plain"}},
		{"another workspace", links.Query{Workspace: "berts"}, nil},
		{"text and owner", links.Query{Text: "example", CreatedBy: "bert"}, []string{"other"}},
		{"few", links.Query{Limit: 2, Order: links.OldestFirst}, []string{"comma", "off"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.query.Limit == 0 {
				tc.query.Limit = 100
			}
			var got []string
			for _, l := range list(t, s, tc.query) {
				got = append(got, l.Code)
			}
			slices.Sort(got)
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func list(t *testing.T, s *store.Store, q links.Query) []*links.Link {
	t.Helper()
	found, _, err := s.ListLinks(timeout(t), q)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
