package link_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
)

func TestCheckURL(t *testing.T) {
	for name, c := range map[string]struct{ url, says string }{
		"plain":                 {"http://example.org", ""},
		"upper-case scheme":     {"HTTPS://example.org/", ""},
		"fragment":              {"https://example.org/a#b?c", ""},
		"encoded slash":         {"https://example.org/a%2Fb", ""},
		"double slashes":        {"https://example.org//a//b", ""},
		"IPv6 and port":         {"http://[2001:db8::1]:8080/", ""},
		"quotes and brackets":   {`https://example.org/'"<>`, ""},
		"at in the path":        {"https://example.org/@me", ""},
		"UTF-8 in the path":     {"https://example.org/ü", ""},
		"as long as allowed":    {"http://e/" + strings.Repeat("x", link.MaxURL-9), ""},
		"too long":              {"http://e/" + strings.Repeat("x", link.MaxURL-8), "limit"},
		"empty":                 {"", "empty"},
		"javascript":            {"javascript:alert(1)", "http://"},
		"mixed-case javascript": {"JaVaScRiPt://x/%0aalert(1)", "http://"},
		"data":                  {"data:text/html,x", "http://"},
		"no scheme":             {"//example.org/", "http://"},
		"one slash":             {"http:/example.org", "http://"},
		"leading space":         {" http://example.org", "at an end; remove it"},
		"trailing line break":   {"http://example.org/\r\n", "at an end; remove it"},
		"only white space":      {"\t ", "at an end; remove it"},
		"inner space":           {"http://example.org/a b", "at byte 20; write it percent-encoded"},
		"tab":                   {"http://exa\tmple.org", "control"},
		"CR LF":                 {"http://example.org/\r\nSet-Cookie: a", "control"},
		"NUL":                   {"http://example.org/\x00", "control"},
		"DEL":                   {"http://example.org/\x7f", "control"},
		"invalid UTF-8":         {"http://example.org/\xff", "UTF-8"},
		"credentials":           {"http://user:pw@example.org/", "credentials"},
		"backslash":             {`http://example.org\@evil.example/`, "backslash"},
		"no host":               {"http:///path", "host"},
		"port alone":            {"http://:80/", "host"},
	} {
		t.Run(name, func(t *testing.T) {
			err := link.CheckURL(c.url)
			switch {
			case c.says == "" && err != nil:
				t.Errorf("CheckURL(%q) = %v, want nil", c.url, err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("CheckURL(%q) = %v, want an error with %q", c.url, err, c.says)
			}
		})
	}
}

func TestCheckCode(t *testing.T) {
	for code, ok := range map[string]bool{
		"a": true, "aZ0-_": true, strings.Repeat("x", 50): true,
		"": false, strings.Repeat("x", 51): false, "a b": false, "a/b": false, "ä": false, "a.b": false, "a%2": false,
	} {
		if err := link.CheckCode(code); (err == nil) != ok {
			t.Errorf("CheckCode(%q) = %v, want allowed: %v", code, err, ok)
		}
	}
}

func TestAnswerAt(t *testing.T) {
	const now = 1_000_000
	base := link.Link{Status: link.Active}
	for name, c := range map[string]struct {
		change func(*link.Link)
		want   link.Answer
	}{
		"active":                       {func(*link.Link) {}, link.Redirect},
		"one millisecond to go":        {func(l *link.Link) { l.ExpiresAt = now + 1 }, link.Redirect},
		"expired at this moment":       {func(l *link.Link) { l.ExpiresAt = now }, link.Expired},
		"starts at this moment":        {func(l *link.Link) { l.StartsAt = now }, link.Redirect},
		"starts in a millisecond":      {func(l *link.Link) { l.StartsAt = now + 1 }, link.NotStarted},
		"disabled":                     {func(l *link.Link) { l.Status = link.Disabled }, link.Gone},
		"deleted":                      {func(l *link.Link) { l.Status = link.Deleted }, link.Gone},
		"blocked":                      {func(l *link.Link) { l.Status = link.Blocked }, link.Forbidden},
		"blocked is told when expired": {func(l *link.Link) { l.Status, l.ExpiresAt = link.Blocked, 1 }, link.Forbidden},
		"unknown status is closed":     {func(l *link.Link) { l.Status = 99 }, link.Gone},
	} {
		t.Run(name, func(t *testing.T) {
			l := base
			c.change(&l)
			if got := l.AnswerAt(now); got != c.want {
				t.Errorf("AnswerAt = %v, want %v", got, c.want)
			}
			if n := testing.AllocsPerRun(100, func() { l.AnswerAt(now) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 123e6, time.UTC)
	if got := link.Time(at.UnixMilli()); !got.Equal(at) {
		t.Errorf("round trip gives %v, want %v", got, at)
	}
	if !link.Time(0).IsZero() {
		t.Error("0 is not the zero time")
	}
}

func TestStatusNames(t *testing.T) {
	for _, s := range []link.Status{link.Active, link.Disabled, link.Blocked, link.Deleted} {
		if got, ok := link.ParseStatus(s.String()); !ok || got != s {
			t.Errorf("ParseStatus(%q) = %v, %v", s, got, ok)
		}
	}
	for _, name := range []string{"", "invalid", "Active"} {
		if got, ok := link.ParseStatus(name); ok {
			t.Errorf("ParseStatus(%q) = %v, want none", name, got)
		}
	}
}

// E15: what is let through is what a header may carry.
func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"http://example.org/", "https://[::1]:80/a?b#c", "http://a@b", "http:\\\\evil", "https://e/\r\n", "javascript:x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		if link.CheckURL(url) != nil {
			return
		}
		if len(url) > link.MaxURL || strings.ContainsAny(url, "\r\n\x00\t ") {
			t.Errorf("let %q through", url)
		}
		if lower := strings.ToLower(url); !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
			t.Errorf("let the scheme of %q through", url)
		}
	})
}
