package redirect_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/redirect"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// now is when the tests happen.
var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// edge is a handler over a real cache, with a control plane that a test can take
// away.
type edge struct {
	*cache.Cache
	handler *redirect.Handler
	hosts   *redirect.Hosts
	now     time.Time
	down    bool

	mu     sync.Mutex // of what follows: a test's own requests order nothing
	truth  map[link.Key]*link.Link
	clicks []string
	last   clicks.Click // with slices of its own
	asked  int
}

func newEdge(t testing.TB, domains ...*wire.Domain) *edge {
	t.Helper()
	c, err := cache.New(cache.Options{Bytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	e := &edge{Cache: c, now: now, truth: make(map[link.Key]*link.Link)}
	if len(domains) == 0 {
		domains = []*wire.Domain{{Name: "a.example"}}
	}
	e.hosts, _ = redirect.NewHosts(domains)
	e.handler, err = redirect.NewHandler(redirect.Options{
		Lookup: e, Recorder: e, View: e, Wait: time.Second,
		Now:    func() time.Time { return e.now },
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *edge) Hosts() *redirect.Hosts { return e.hosts }

func (e *edge) Fill(_ context.Context, key link.Key, _ int64) (*cache.Entry, cache.Outcome, error) {
	e.mu.Lock()
	e.asked++
	l := e.truth[key]
	e.mu.Unlock()
	if e.down {
		return nil, cache.Miss, errors.New("down")
	}
	entry, outcome := e.Complete(e.Begin(key, e.now.UnixMilli()), l)
	return entry, outcome, nil
}

func (e *edge) Revalidate(key link.Key) { _, _, _ = e.Fill(context.Background(), key, 0) }

func (e *edge) Record(c clicks.Click) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clicks = append(e.clicks, c.Domain+"/"+c.Code)
	for _, b := range []*[]byte{&c.Agent, &c.Referrer, &c.Language, &c.Query} {
		*b = bytes.Clone(*b)
	}
	e.last = c
}

func (e *edge) clicked() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.clicks)
}

// has gives the truth a link; change makes it special.
func (e *edge) has(code string, change func(*link.Link)) *link.Link {
	l := &link.Link{
		Key: link.Key{Domain: "a.example", Code: code}, URL: "https://target.example/x",
		Status: link.Active, Redirect: 302, Version: 1,
	}
	if change != nil {
		change(l)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.truth[l.Key] = l
	return l
}

// ask sends raw bytes to the handler, through fasthttp's own parser.
func (e *edge) ask(t testing.TB, method, host, target string) *fasthttp.Response {
	t.Helper()
	var ctx fasthttp.RequestCtx
	raw := method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	if err := ctx.Request.Header.Read(bufio.NewReader(strings.NewReader(raw))); err != nil {
		t.Fatal(err)
	}
	e.handler.Serve(&ctx)
	r := new(fasthttp.Response)
	ctx.Response.CopyTo(r)
	return r
}

func (e *edge) get(t testing.TB, target string) *fasthttp.Response {
	t.Helper()
	return e.ask(t, "GET", "a.example", target)
}

func header(r *fasthttp.Response, name string) string { return string(r.Header.Peek(name)) }

func TestAnswers(t *testing.T) {
	hour := time.Hour.Milliseconds()
	fallbacks := &wire.Domain{Name: "a.example", UnknownUrl: "https://f.example/unknown", ExpiredUrl: "https://f.example/expired"}
	for name, c := range map[string]struct {
		link     func(*link.Link)
		domain   *wire.Domain
		target   string
		status   int
		location string
		caching  string
		clicks   int
	}{
		"active":                  {status: 302, location: "https://target.example/x", caching: "private, max-age=0", clicks: 1},
		"temporary":               {link: func(l *link.Link) { l.Redirect = 307 }, status: 307, location: "https://target.example/x", caching: "private, max-age=0", clicks: 1},
		"moved":                   {link: func(l *link.Link) { l.Redirect = 301 }, status: 301, location: "https://target.example/x", caching: "private, max-age=90", clicks: 1},
		"permanent":               {link: func(l *link.Link) { l.Redirect = 308 }, status: 308, location: "https://target.example/x", caching: "private, max-age=90", clicks: 1},
		"A9 permanent, soon over": {link: func(l *link.Link) { l.Redirect, l.ExpiresAt = 301, now.UnixMilli()+10_500 }, status: 301, location: "https://target.example/x", caching: "private, max-age=10", clicks: 1},
		"unknown":                 {target: "/other", status: 404},
		"unknown, fallback":       {target: "/other", domain: fallbacks, status: 302, location: "https://f.example/unknown", caching: "private, max-age=0"},
		"not started":             {link: func(l *link.Link) { l.StartsAt = now.UnixMilli() + 1 }, status: 404},
		"just started":            {link: func(l *link.Link) { l.StartsAt = now.UnixMilli() }, status: 302, location: "https://target.example/x", clicks: 1},
		"expired":                 {link: func(l *link.Link) { l.ExpiresAt = now.UnixMilli() }, status: 410},
		"not yet expired":         {link: func(l *link.Link) { l.ExpiresAt = now.UnixMilli() + 1 }, status: 302, location: "https://target.example/x", clicks: 1},
		"expired, own fallback":   {link: func(l *link.Link) { l.ExpiresAt, l.ExpiredURL = now.UnixMilli()-hour, "https://own.example/" }, domain: fallbacks, status: 302, location: "https://own.example/"},
		"expired, fallback":       {link: func(l *link.Link) { l.ExpiresAt = now.UnixMilli() - hour }, domain: fallbacks, status: 302, location: "https://f.example/expired"},
		"disabled":                {link: func(l *link.Link) { l.Status = link.Disabled }, status: 410},
		"deleted":                 {link: func(l *link.Link) { l.Status = link.Deleted }, status: 410},
		"deleted, fallback":       {link: func(l *link.Link) { l.Status = link.Deleted }, domain: fallbacks, status: 302, location: "https://f.example/expired"},
		"blocked":                 {link: func(l *link.Link) { l.Status = link.Blocked }, domain: fallbacks, status: 451},
		"E10 query ignored":       {target: "/code?url=https://evil.example", status: 302, location: "https://target.example/x", clicks: 1},
		"query forwarded":         {link: forward("https://t.example/"), target: "/code?a=b&c", status: 302, location: "https://t.example/?a=b&c", clicks: 1},
		"query added":             {link: forward("https://t.example/?x=1#frag?ment"), target: "/code?a=%2F", status: 302, location: "https://t.example/?x=1&a=%2F#frag?ment", clicks: 1},
		"query after ?":           {link: forward("https://t.example?"), target: "/code?a", status: 302, location: "https://t.example?a", clicks: 1},
		"empty query":             {link: forward("https://t.example/#f"), target: "/code?", status: 302, location: "https://t.example/#f", clicks: 1},
		"query not plain":         {link: forward("https://t.example/"), target: "/code?a=\xff", status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			var e *edge
			if e = newEdge(t); c.domain != nil {
				e = newEdge(t, c.domain)
			}
			e.has("code", c.link)
			if c.target == "" {
				c.target = "/code"
			}
			for _, way := range []string{"asked", "remembered"} {
				r := e.get(t, c.target)
				if r.StatusCode() != c.status || header(r, "Location") != c.location {
					t.Errorf("%s: answered %d %q, want %d %q", way, r.StatusCode(), header(r, "Location"), c.status, c.location)
				}
				if got := header(r, "Cache-Control"); c.caching != "" && got != c.caching {
					t.Errorf("%s: Cache-Control %q, want %q", way, got, c.caching)
				}
			}
			if len(e.clicks) != 2*c.clicks {
				t.Errorf("%d clicks for two requests, want %d each", len(e.clicks), c.clicks)
			}
			if e.asked > 1 {
				t.Errorf("asked %d times", e.asked)
			}
		})
	}
}

func forward(url string) func(*link.Link) {
	return func(l *link.Link) { l.URL, l.ForwardQuery = url, true }
}

// E11: Location is the stored URL, byte for byte.
func TestLocationIsExact(t *testing.T) {
	for name, url := range map[string]string{
		"fragment":        "https://t.example/a#b?c",
		"encoded slashes": "https://t.example/%2F%2f/%00",
		"double slashes":  "http://t.example//a//b/../c/./",
		"IPv6 and port":   "http://[2001:db8::1]:8080/",
		"long query":      "https://t.example/?" + strings.Repeat("k=v&", 2000),
		"quotes":          `https://t.example/'"<>{}|^` + "`",
		"upper case":      "HTTPS://T.EXAMPLE",
		"not ASCII":       "https://t.example/ü",
	} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t)
			e.has("code", func(l *link.Link) { l.URL = url })
			if got := header(e.get(t, "/code?utm=1"), "Location"); got != url {
				t.Errorf("Location %q, want %q", got, url)
			}
		})
	}
}

// E8: what is not plainly a code is 404, and nobody is asked.
func TestTargets(t *testing.T) {
	for _, target := range []string{
		"/", "/?x", "//evil.example", "/\\evil.example", "/x/../code", "/code/", "/%63ode", "/code%00", "/%0d%0a", "/%zz",
		"/cod\xc3\xa9", "/code;x", "/code#x", "ftp://a.example/code", "http://a.example", "/" + strings.Repeat("a", 51),
	} {
		t.Run(target, func(t *testing.T) {
			e := newEdge(t, &wire.Domain{Name: "a.example", UnknownUrl: "https://f.example/"})
			e.has("code", nil)
			if r := e.get(t, target); r.StatusCode() != 404 || e.asked > 0 || len(e.clicks) > 0 {
				t.Errorf("answered %d, asked %d, clicks %v", r.StatusCode(), e.asked, e.clicks)
			}
		})
	}
}

func TestHosts(t *testing.T) {
	e := newEdge(t,
		&wire.Domain{Name: "a.example", Aliases: []string{"127.0.0.1", "::1", "www.a.example", "b.example"}},
		&wire.Domain{Name: "b.example", Aliases: []string{"both.example"}},
		&wire.Domain{Name: "c.example", Aliases: []string{"both.example"}})
	e.has("code", nil)
	for host, status := range map[string]int{
		"a.example": 302, "A.Example": 302, "a.example:8000": 302, "a.example.": 302, "a.example.:80": 302,
		"127.0.0.1:8000": 302, "[::1]:8000": 302, "[::1]": 302, "www.a.example": 302,
		"b.example": 404, "c.example": 404, "both.example": 421, "d.example": 421, "a.example@evil": 421,
		"::1": 421, "a.example:x": 421, ":80": 421, strings.Repeat("a", 300): 421,
	} {
		t.Run(host, func(t *testing.T) {
			if r := e.ask(t, "GET", host, "/code"); r.StatusCode() != status {
				t.Errorf("answered %d, want %d", r.StatusCode(), status)
			}
		})
	}
}

// E7 and E13, as far as the handler decides them.
func TestMethods(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	for _, method := range []string{"POST", "get", "OPTIONS", "CONNECT", "TRACE", "HEADX", "DELETE"} {
		r := e.ask(t, method, "a.example", "/code")
		if r.StatusCode() != 405 || header(r, "Allow") != "GET, HEAD" {
			t.Errorf("%s: answered %d, Allow %q", method, r.StatusCode(), header(r, "Allow"))
		}
	}
	if head := e.ask(t, "HEAD", "a.example", "/code"); head.StatusCode() != 302 || len(e.clicks) != 0 {
		t.Errorf("HEAD: answered %d with %d clicks", head.StatusCode(), len(e.clicks))
	}
}

func TestDomainHeaders(t *testing.T) {
	e := newEdge(t, &wire.Domain{Name: "a.example", ReferrerPolicy: "no-referrer", RobotsTag: "noindex"})
	e.has("code", nil)
	r := e.get(t, "/code")
	if header(r, "Referrer-Policy") != "no-referrer" || header(r, "X-Robots-Tag") != "noindex" {
		t.Errorf("headers: %s", &r.Header)
	}
}

// E12 for settings: what no header may carry is left out and reported.
func TestBadDomainSettings(t *testing.T) {
	hosts, problems := redirect.NewHosts([]*wire.Domain{{
		Name: "a.example", UnknownUrl: "javascript:x", ExpiredUrl: "https://x\r\ny", ReferrerPolicy: "a\r\nb", RobotsTag: "ü",
	}})
	d := hosts.Find([]byte("a.example"))
	if len(problems) != 4 || len(d.Unknown)+len(d.Expired)+len(d.ReferrerPolicy)+len(d.RobotsTag) > 0 {
		t.Errorf("problems %v, domain %+v", problems, d)
	}
}

func TestUnavailable(t *testing.T) {
	check := func(t *testing.T, r *fasthttp.Response) {
		t.Helper()
		if r.StatusCode() != 503 || header(r, "Retry-After") == "" {
			t.Errorf("answered %d, Retry-After %q", r.StatusCode(), header(r, "Retry-After"))
		}
	}
	t.Run("no domains yet", func(t *testing.T) {
		e := newEdge(t)
		e.hosts = nil
		check(t, e.get(t, "/code"))
	})
	t.Run("nobody knows", func(t *testing.T) {
		e := newEdge(t)
		e.down = true
		check(t, e.get(t, "/code"))
	})
}

func TestPanicIsAnswered(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	e.truth = nil
	e.Cache = nil // the next lookup panics
	if r := e.get(t, "/code"); r.StatusCode() != 500 {
		t.Errorf("answered %d", r.StatusCode())
	}
}
