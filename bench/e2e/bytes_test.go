package e2e_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// E11: targets that software is tempted to tidy up.
func TestByteForByte(t *testing.T) {
	t.Parallel()
	s := startStandalone(t, filepath.Join(t.TempDir(), "data"))
	api, visitor := newClient(t, s.control), newVisitor(s.edges[0])
	defer visitor.close()
	for _, c := range []struct{ name, url string }{
		{"fragment", "https://example.org/page#section-2"},
		{"fragment only", "https://example.org#top"},
		{"empty fragment and query", "https://example.org/?#"},
		{"fragment with a query in it", "https://example.org/#/route?tab=2"},
		{"encoded slashes", "https://example.org/a%2Fb%2fc"},
		{"double slashes", "https://example.org//a//b///"},
		{"dot segments, encoded", "https://example.org/a/%2E%2E/b"},
		{"percent-encoded UTF-8", "https://example.org/%E4%B8%AD%E6%96%87?q=%C3%A9"},
		{"plus and space codes", "https://example.org/?q=a+b%20c&d=%2B"},
		{"mixed case escapes", "https://example.org/%aB%Ab"},
		{"IPv6 host", "http://[2001:db8::1]/"},
		{"IPv6 host and port", "http://[2001:db8::1]:8080/x?y#z"},
		{"port", "https://example.org:8443/"},
		{"default port written out", "https://example.org:443/"},
		{"no path", "https://example.org"},
		{"no path but a query", "https://example.org?q=1"},
		{"quotes and brackets", `https://example.org/'quoted'?a="b"&c=<d>#'"<>`},
		{"semicolons and commas", "https://example.org/a;v=1,2/b;c?x=1;y=2"},
		{"reserved characters", "https://example.org/!$&'()*+,;=:@/~-._?/?:@"},
		{"braces and pipes", "https://example.org/{id}|x^y`?{a}|b"},
		{"equal signs and ampersands", "https://example.org/?a=1&&b==2&=&c"},
		{"a URL in the query", "https://example.org/r?to=https://other.example/?x=1%26y=2#z"},
		{"a URL in the path", "https://example.org/https://other.example//x"},
		{"punycode host", "https://xn--bcher-kva.example/b%C3%BCcher"},
		{"long query", "https://example.org/?q=" + strings.Repeat("0123456789abcdef", 250)},
		{"as long as allowed", "https://example.org/" + strings.Repeat("x", 8192-len("https://example.org/"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			link := api.must(t, 201, "POST", "/urls", target(c.url))
			if link.LongURL != c.url {
				t.Errorf("stored %q, want %q", link.LongURL, c.url)
			}
			// Twice: from the origin, and from memory.
			for range 2 {
				status, location, err := visitor.get(t.Context(), "/"+link.Code)
				if err != nil || status != 302 || location != c.url {
					t.Errorf("answered %d %q, error %v; want 302 %q", status, location, err, c.url)
				}
			}
		})
	}
}
