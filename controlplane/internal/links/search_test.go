package links_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

func sample() *links.Link {
	return &links.Link{
		Link:   link.Link{Key: link.Key{Domain: "go.example", Code: "PayPa1"}, URL: "https://www.Example.com/Autumn-Sale/100%25?id=7f3a", Status: link.Active},
		Title:  "Größe & Preis",
		Tags:   []string{"Red wine", "x"},
		Custom: true,
	}
}

func TestTerms(t *testing.T) {
	got := links.Terms(sample())
	for _, want := range []string{"paypa1", "größe", "preis", "red", "wine", "example", "autumn", "sale", "100", "7f3a", "#Red wine", "#x",
		links.TargetTerm("https://www.example.com/Autumn-Sale/100%25?id=7f3a"), links.ShapeTerm("paypal")} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing from %q", want, got)
		}
	}
	if slices.Contains(got, "https") || slices.Contains(got, "com") {
		t.Errorf("common words are indexed: %q", got)
	}
	many := sample()
	many.URL = "https://example.com/?" + strings.Repeat("a1=b2&c3=", 400)
	many.Title = strings.Repeat("ü", 200)
	if n := len(links.Terms(many)); n > 40 {
		t.Errorf("%d terms", n)
	}
	many.Status = link.Deleted
	if got := links.Terms(many); len(got) != 0 {
		t.Errorf("a deleted link has terms %q", got)
	}
}

func TestA10Search(t *testing.T) {
	for text, want := range map[string]bool{
		"":                  true,
		"autumn":            true,
		"AUT":               true,
		"sale autumn":       true,
		"autumn-sale/100%2": true,
		"gRÖSS":             false, // ß has no upper case that is one letter
		"größe":             true,
		"utumn":             false,
		"100%":              true,
		"%":                 true,
		"%%":                false,
		"_":                 false,
		"1%2":               false,
		"https www":         true,
		"red wine":          true,
		"autumn winter":     false,
		"e":                 true,
		"preis & paypa1":    true,
	} {
		if got := links.ParseSearch(text).Matches(sample()); got != want {
			t.Errorf("%q matches: %v, want %v", text, got, want)
		}
	}
}

// E15: what matches by the index's word is what matches at all.
func FuzzSearch(f *testing.F) {
	for _, seed := range [][2]string{{"autumn sale", "aut"}, {"100%25", "0%2"}, {"Größe", "grö"}, {"a_b", "_b"}, {"xx\xffyy", "yy"}, {strings.Repeat("w", 40), strings.Repeat("w", 39)}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, title, text string) {
		l := &links.Link{Link: link.Link{Key: link.Key{Code: "c"}, Status: link.Active}, Title: title}
		s := links.ParseSearch(text)
		if s.Word == "" || !s.Matches(l) || len(strings.Fields(title)) > 8 || len(title) > 60 {
			return
		}
		if !slices.ContainsFunc(links.Terms(l), func(term string) bool { return strings.HasPrefix(term, s.Word) }) {
			t.Errorf("%q matches %q, and no term starts with %q: %q", text, title, s.Word, links.Terms(l))
		}
	})
}
