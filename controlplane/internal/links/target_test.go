package links_test

import (
	"bufio"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/nlnwa/whatwg-url/url"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

var alice = links.Caller{ID: "alice", Workspace: "alice"}

// corpus is the real URLs that the bench works with.
const corpus = "../../../bench/workload/urls.txt"

func create(t testing.TB, l *links.Links, target string) (*links.Made, error) {
	t.Helper()
	return l.Create(t.Context(), alice, links.Draft{Fields: links.Fields{URL: &target}})
}

func TestTargetsKept(t *testing.T) {
	for name, target := range map[string]string{
		"plain":               "https://example.com",
		"upper case":          "HTTPS://Example.COM/Path",
		"fragment and query":  "https://example.com/a?b=c&d=%2F#e?f",
		"encoded slash":       "https://example.com/a%2Fb//c",
		"IPv6":                "http://[2001:db8::1]:8080/x",
		"IPv6 written longer": "http://[2001:db8:0:0::1]/",
		"port":                "https://example.com:8443/",
		"default port":        "https://example.com:443/",
		"empty port":          "http://http://code.example/p/x/",
		"trailing dot":        "https://example.com./",
		"quotes":              `https://example.com/?q='"<>`,
		"backslash in query":  `https://example.com/?q=a\b`,
		"text in path":        "https://example.com/ü",
		"underscore host":     "https://a_b.example.com/",
		"A-label":             "https://xn--bcher-kva.de/",
		"longest":             "https://example.com/" + strings.Repeat("x", link.MaxURL-20),
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := rules(t)
			made, err := create(t, l, target)
			if err != nil {
				t.Fatal(err)
			}
			if made.URL != target {
				t.Errorf("stored %q", made.URL)
			}
		})
	}
}

// TestA2Names: international hosts are stored as A-labels, the rest as given.
func TestA2Names(t *testing.T) {
	for name, c := range map[string][2]string{
		"host only":  {"https://Bücher.de", "https://xn--bcher-kva.de"},
		"everything": {"http://bücher.de:81/ü?ü#ü", "http://xn--bcher-kva.de:81/ü?ü#ü"},
		"sharp s":    {"https://faß.de/", "https://xn--fa-hia.de/"},
		"decomposed": {"https://bu\u0308cher.de/", "https://xn--bcher-kva.de/"},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := rules(t)
			made, err := create(t, l, c[0])
			if err != nil {
				t.Fatal(err)
			}
			if made.URL != c[1] {
				t.Errorf("stored %q, want %q", made.URL, c[1])
			}
		})
	}
}

func TestA1A3TargetsRefused(t *testing.T) {
	for name, c := range map[string]struct{ target, code string }{
		"empty":                   {"", links.Required},
		"javascript":              {"javascript:alert(1)", links.Bad},
		"javascript with slashes": {"JavaScript://example.com/%0aalert(1)", links.Bad},
		"data":                    {"data:text/html,x", links.Bad},
		"vbscript":                {"VBSCRIPT:x", links.Bad},
		"file":                    {"file:///etc/passwd", links.Bad},
		"leading control":         {"\x01javascript:alert(1)", links.Bad},
		"leading space":           {" https://example.com", links.Bad},
		"tab in scheme":           {"java\tscript://example.com", links.Bad},
		"tab in host":             {"https://exa\tmple.com", links.Bad},
		"CR LF":                   {"https://example.com/\r\nSet-Cookie:x", links.Bad},
		"NUL":                     {"https://example.com/\x00", links.Bad},
		"C1 control":              {"https://example.com/\u0085", links.Bad},
		"invalid UTF-8":           {"https://example.com/\xff", links.Bad},
		"user info":               {"https://bank.com@evil.com/", links.Bad},
		"empty user info":         {"https://@evil.com/", links.Bad},
		"too long":                {"https://example.com/" + strings.Repeat("x", link.MaxURL), links.TooLong},
		"no host":                 {"https:///path", links.Bad},
		"one slash":               {"https:/example.com", links.Bad},
		"backslashes":             {`https:\\example.com`, links.Bad},
		"backslash after host":    {`https://example.com\@evil.com`, links.Bad},
		"backslash in path":       {`https://example.com/a\b`, links.Bad},
		"hexadecimal host":        {"http://0x7f.1/", links.Bad},
		"short IPv4":              {"http://127.1/", links.Bad},
		"decimal IPv4":            {"http://2130706433/", links.Bad},
		"octal IPv4":              {"http://0177.0.0.1/", links.Bad},
		"IPv4 too big":            {"http://256.1.1.1/", links.Bad},
		"IPv4 and dot":            {"http://1.2.3.4./", links.Bad},
		"escaped host":            {"http://ex%61mple.com/", links.Bad},
		"full width":              {"http://ｅxample.com/", links.Bad},
		"soft hyphen":             {"http://exa\u00admple.com/", links.Bad},
		"ideographic dot":         {"http://example。com/", links.Bad},
		"port too big":            {"http://example.com:65536/", links.Bad},
		"port with zero":          {"http://example.com:080/", links.Bad},
		"empty label":             {"http://a..b/", links.Bad},
		"long label":              {"http://" + strings.Repeat("a", 64) + ".com/", links.Bad},
		"scoped IPv6":             {"http://[fe80::1%25eth0]/", links.Bad},

		"own domain":               {"https://go.example/x", links.Loop},
		"own domain, case":         {"https://GO.example/x", links.Loop},
		"own domain, dot":          {"https://go.example./x", links.Loop},
		"own domain, port":         {"http://go.example:8000/x", links.Loop},
		"own domain, both":         {"http://Go.Example.:8000", links.Loop},
		"own international domain": {"https://BÜCHER.example/", links.Loop},
		"own A-label":              {"https://xn--BCHER-kva.example/", links.Loop},
		"own IPv4":                 {"http://127.0.0.1:8000/x", links.Loop},
		"own IPv6":                 {"http://[0:0::1]:8000/x", links.Loop},
		"own IPv4 as IPv6":         {"http://[::ffff:127.0.0.1]/x", links.Loop},
	} {
		t.Run(name, func(t *testing.T) {
			l, store := rules(t)
			_, err := create(t, l, c.target)
			var bad *links.Invalid
			if !errors.As(err, &bad) || len(bad.Fields) != 1 || bad.Fields[0].Field != "long_url" || bad.Fields[0].Code != c.code {
				t.Errorf("error %v, want one about long_url with code %s", err, c.code)
			}
			if len(store.all) != 0 {
				t.Error("it was stored")
			}
		})
	}
}

// TestRealTargets: nobody's working link is refused or rewritten.
func TestRealTargets(t *testing.T) {
	file, err := os.Open(corpus)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	l, _ := rules(t)
	lines := bufio.NewScanner(file)
	n := 0
	for ; lines.Scan(); n++ {
		made, err := create(t, l, lines.Text())
		if err != nil {
			t.Errorf("%q: %v", lines.Text(), err)
		} else if made.URL != lines.Text() {
			t.Errorf("%q became %q", lines.Text(), made.URL)
		}
	}
	if n != 29641 {
		t.Errorf("read %d URLs, want 29,641", n)
	}
}

// E15: what is stored passes the edges' check, goes where it says, and
// would be stored again as it is.
func FuzzTarget(f *testing.F) {
	for _, seed := range []string{
		"https://example.com/", "http://0x7f.1/", `https://a\b`, "https://bücher.de:8080/ü?#", "http://[::1]:80",
		"https://a@b/", "https://ex\u00adample.com/", "http://http://x/", "https://xn--a/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		l, _ := rules(t)
		made, err := create(t, l, target)
		if err != nil {
			return
		}
		if err := link.CheckURL(made.URL); err != nil {
			t.Fatalf("%q: an edge would refuse it: %v", made.URL, err)
		}
		parsed, err := url.Parse(made.URL)
		if err != nil {
			t.Fatalf("%q: browsers would refuse it: %v", made.URL, err)
		}
		_, rest, _ := strings.Cut(made.URL, "://")
		if host := parsed.Hostname(); !strings.HasPrefix(host, "[") && !strings.HasPrefix(strings.ToLower(rest), host) {
			t.Fatalf("%q goes to %q", made.URL, host)
		}
		again, err := create(t, l, made.URL)
		if err != nil || again.URL != made.URL {
			t.Fatalf("%q is not stored as it is: %v", made.URL, err)
		}
	})
}
