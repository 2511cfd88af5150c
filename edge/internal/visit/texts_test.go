package visit_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

func TestReferrers(t *testing.T) {
	for referrer, want := range map[string]string{
		"":                                    "",
		"https://example.com/":                "example.com",
		"https://www.Example.com/a?b#c":       "www.example.com",
		"http://example.com:8080/a":           "example.com",
		"https://user:pass@example.com":       "example.com",
		"example.com":                         "example.com",
		"example.com/path":                    "example.com",
		"https://example.com.":                "example.com",
		"https://xn--bcher-kva.example":       "xn--bcher-kva.example",
		"android-app://com.example.app":       "com.example.app",
		"https://203.0.113.7/":                "203.0.113.7",
		"https://[2001:DB8::1]:443/":          "2001:db8::1",
		"https://a_b.example?x":               "a_b.example",
		`https:\\example.com`:                 "",
		"https://bücher.example/":             "",
		"https://exa mple.com":                "",
		"https://<b>.example/":                "",
		"https://.example":                    "",
		"https://example.com\x00":             "",
		"about:blank":                         "",
		"://":                                 "",
		"https://" + strings.Repeat("a", 300): "",
	} {
		if got := describe(t, visit.Visit{Referrer: []byte(referrer)}).Referrer; got != want {
			t.Errorf("%q: %q, want %q", referrer, got, want)
		}
	}
}

func TestLanguages(t *testing.T) {
	for header, want := range map[string]string{
		"":                        "",
		"de":                      "de",
		"EN-us,en;q=0.9":          "en",
		"pt_BR":                   "pt",
		"fil-PH":                  "fil",
		" fr , en":                "fr",
		"ja;q=1":                  "ja",
		"*":                       "",
		"x-klingon":               "",
		"english":                 "",
		"12":                      "",
		"d\x00":                   "",
		"\xc3\xa9":                "",
		",de":                     "",
		"zh-Hans-CN,zh;q=0.9,x;q": "zh",
	} {
		if got := describe(t, visit.Visit{Language: []byte(header)}).Language; got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

func TestCampaigns(t *testing.T) {
	long := strings.Repeat("é", 60)
	for query, want := range map[string]visit.Facts{
		"":                            {},
		"a=b":                         {},
		"utm_source=a":                {Source: "a"},
		"x=1&utm_source=a&utm_term=b": {Source: "a"},
		"utm_source=a&utm_medium=b&utm_campaign=c": {Source: "a", Medium: "b", Campaign: "c"},
		"utm_source=first&utm_source=second":       {Source: "first"},
		"utm_source=&utm_source=second":            {Source: "second"},
		"utm_source":                               {},
		"xutm_source=a":                            {},
		"UTM_SOURCE=a":                             {},
		"utm_source=a%20b+c%26":                    {Source: "a b c&"},
		"utm_source=%C3%BCber":                     {Source: "über"},
		"utm_source=%zz&utm_medium=b":              {Medium: "b"},
		"utm_source=%ff":                           {},
		"utm_source=a%0d%0ab":                      {},
		"utm_source=%C2%85":                        {},
		"utm_source=" + long:                       {Source: long[:100]},
		"utm_campaign=%3Cb%3E":                     {Campaign: "<b>"},
	} {
		if got := describe(t, visit.Visit{Query: []byte(query)}); got != want {
			t.Errorf("%q: %+v, want %+v", query, got, want)
		}
	}
}

// E15: whatever comes, each value is short, shows no control
// characters and is valid UTF-8, and the referrer's host is read from itself.
func FuzzDescribe(f *testing.F) {
	v := everything()
	f.Add(v.Agent, v.Referrer, v.Language, v.Query)
	f.Add([]byte("bot\xff"), []byte("://[::1"), []byte("-"), []byte("&utm_source=%"))
	f.Add([]byte("(compatible"), []byte("a@b@c"), []byte(" "), []byte("utm_utm_medium=a&&utm_medium=+%20"))
	r := newReader(f, nil)
	f.Fuzz(func(t *testing.T, agent, referrer, language, query []byte) {
		facts := r.Describe(visit.Visit{Agent: agent, Referrer: referrer, Language: language, Query: query})
		for what, c := range map[string]struct {
			value   string
			longest int
		}{
			"bot": {facts.Bot, 40}, "browser": {facts.Browser, 40}, "os": {facts.OS, 20}, "device": {facts.Device, 7},
			"referrer": {facts.Referrer, 253}, "language": {facts.Language, 3},
			"source": {facts.Source, 100}, "medium": {facts.Medium, 100}, "campaign": {facts.Campaign, 100},
		} {
			if len(c.value) > c.longest || !utf8.ValidString(c.value) || strings.ContainsFunc(c.value, unicode.IsControl) {
				t.Errorf("%s is %q", what, c.value)
			}
		}
		if again := r.Describe(visit.Visit{Referrer: []byte(facts.Referrer)}).Referrer; !strings.Contains(facts.Referrer, ":") && again != facts.Referrer {
			t.Errorf("referrer %q is read as %q", facts.Referrer, again)
		}
	})
}
