package redirect_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/redirect"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// head asks for a target and gives the answer's head, line by line.
func (c *rawClient) head(target, options string) (lines []string) {
	c.t.Helper()
	c.send("GET " + target + " HTTP/1.1\r\nHost: a.example\r\n" + options + "\r\n")
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			c.t.Fatal("reading the head: ", err)
		}
		if line == "\r\n" {
			return lines
		}
		lines = append(lines, line)
	}
}

// A request that asks for its connection to be closed is answered by way of
// fasthttp, and differs in nothing else from one that is answered without.
func TestQuickIsAlike(t *testing.T) {
	e := newEdge(t, &wire.Domain{
		Name: "a.example", Version: 1, ReferrerPolicy: "no-referrer", RobotsTag: "noindex", ExpiredUrl: "https://gone.example/",
	})
	e.now = time.Now().Truncate(time.Second)
	now := e.now.UnixMilli()
	s := e.serve(t, nil)
	for name, c := range map[string]struct {
		target string
		change func(*link.Link)
		clicks int
	}{
		"found":              {"/found", nil, 1},
		"with a query":       {"/query?a=b", nil, 1},
		"absolute form":      {"http://a.example/absolute", nil, 1},
		"temporary":          {"/temporary", func(l *link.Link) { l.Redirect = 307 }, 1},
		"moved":              {"/moved", func(l *link.Link) { l.Redirect = 301 }, 1},
		"permanent":          {"/permanent", func(l *link.Link) { l.Redirect, l.ExpiresAt = 308, now+60_000 }, 1},
		"awkward":            {"/awkward", func(l *link.Link) { l.URL = "https://t.example/%2F//?q='\"<>#f" }, 1},
		"long":               {"/long", func(l *link.Link) { l.URL += strings.Repeat("x", 8000) }, 1},
		"forwarding":         {"/forwarding?a=b", func(l *link.Link) { l.ForwardQuery = true }, 1},
		"forwarding nothing": {"/nothing", func(l *link.Link) { l.ForwardQuery = true }, 1},
		"strict":             {"/strict", func(l *link.Link) { l.Strict = true }, 1},
		"dated":              {"/dated", func(l *link.Link) { l.StartsAt, l.ExpiresAt = now, now+1 }, 1},
		"expired":            {"/expired", func(l *link.Link) { l.ExpiresAt = now }, 0},
		"not started":        {"/later", func(l *link.Link) { l.StartsAt = now + 1 }, 0},
		"blocked":            {"/blocked", func(l *link.Link) { l.Status = link.Blocked }, 0},
		"disabled":           {"/disabled", func(l *link.Link) { l.Status = link.Disabled }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			code := strings.TrimPrefix(strings.TrimPrefix(c.target, "http://a.example"), "/")
			code, _, _ = strings.Cut(code, "?")
			e.has(code, c.change)
			dial(t, s.Addr()).head(c.target, "") // now it is in memory
			before := e.clicked()
			quick := dial(t, s.Addr()).head(c.target, "")
			if n := e.clicked() - before; n != c.clicks {
				t.Errorf("counted %d clicks, want %d", n, c.clicks)
			}
			slow := dial(t, s.Addr()).head(c.target, "Connection: close\r\n")
			if n := e.clicked() - before; n != 2*c.clicks {
				t.Errorf("counted %d clicks in all, want %d", n, 2*c.clicks)
			}
			slow = slices.DeleteFunc(slow, func(line string) bool { return line == "Connection: close\r\n" })
			quick, slow = undated(t, quick), undated(t, slow)
			if !slices.Equal(quick, slow) {
				t.Errorf("answered with\n%q\nwhere it is\n%q", quick, slow)
			}
		})
	}
}

// undated is a head without its Date, which must have one.
func undated(t *testing.T, head []string) []string {
	t.Helper()
	rest := slices.DeleteFunc(slices.Clone(head), func(line string) bool { return strings.HasPrefix(line, "Date: ") })
	if len(rest) != len(head)-1 {
		t.Errorf("not one Date in %q", head)
	}
	return rest
}

// A server that drains ends its connections, also those that were quick.
func TestQuickDrains(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	s := e.serve(t, nil)
	c := dial(t, s.Addr())
	for range 3 {
		c.head("/code", "")
	}
	s.Drain()
	if head := c.head("/code", ""); !slices.Contains(head, "Connection: close\r\n") {
		t.Errorf("drains, and answers %q", head)
	}
}

// A bug on the quick way is met again on the other one, and answered there.
func TestQuickPanicIsAnswered(t *testing.T) {
	e := newEdge(t)
	e.Cache = nil // the first lookup panics
	s := e.serve(t, nil)
	for range 2 {
		if head := dial(t, s.Addr()).head("/code", ""); !strings.HasPrefix(head[0], "HTTP/1.1 500 ") {
			t.Errorf("answered %q", head)
		}
	}
}

// What was known to be right too long ago for a strict link is not answered
// quickly: it is asked for.
func TestQuickKnowsHowOldItIs(t *testing.T) {
	e := newEdge(t)
	later := e.now.Add(redirect.StrictAge + time.Second)
	s := e.serve(t, func(o *redirect.Options) { o.Now = func() time.Time { return later } })
	for _, url := range []string{"https://t.example/1", "https://t.example/2"} {
		e.has("code", func(l *link.Link) { l.URL, l.Strict = url, true })
		if head := dial(t, s.Addr()).head("/code", ""); !slices.Contains(head, "Location: "+url+"\r\n") {
			t.Errorf("answered %q, where the truth is %s", head, url)
		}
	}
}
