package redirect_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// E15: no Host and no target reaches a link that is not plainly its own.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][2]string{
		{"a.example", "/code"}, {"A.Example:80", "/code?x=1"}, {"[::1]:8000", "/code"}, {"a.example@b", "/%63ode"},
		{"a.example.", "//code"}, {"::1", "/code/"}, {"", "/"}, {"b.example", "/code#x"},
	} {
		f.Add(seed[0], seed[1])
	}
	e := newEdge(f, &wire.Domain{Name: "a.example", Aliases: []string{"::1"}}, &wire.Domain{Name: "b.example"})
	e.has("code", nil)
	f.Fuzz(func(t *testing.T, host, target string) {
		var ctx fasthttp.RequestCtx
		ctx.Request.Header.SetHost(host)
		ctx.Request.Header.SetRequestURI(target)
		e.handler.Serve(&ctx)
		if ctx.Response.StatusCode() != 302 {
			return
		}
		path := target
		if _, rest, ok := strings.Cut(target, "://"); ok && rest != "" && target[0] != '/' {
			// Whose host this is, is for the guard.
			path = rest[max(strings.IndexByte(rest, '/'), 0):]
		}
		if path != "/code" && !strings.HasPrefix(path, "/code?") {
			t.Errorf("target %q was redirected", target)
		}
		name := strings.TrimSuffix(strings.TrimRight(strings.ToLower(host), "0123456789"), ":")
		if name = strings.TrimSuffix(name, "."); name != "a.example" && name != "[::1]" {
			t.Errorf("host %q was redirected", host)
		}
		if got := header(&ctx.Response, "Location"); got != "https://target.example/x" {
			t.Errorf("Location %q", got)
		}
	})
}

// E15: a forwarded query is added and changes nothing.
func FuzzForwardQuery(f *testing.F) {
	for _, seed := range [][2]string{
		{"https://t.example/", "a=b"}, {"https://t.example/?x#f", "a"}, {"https://t.example?", "&&"}, {"https://t.example/#?", "?"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, url, query string) {
		if link.CheckURL(url) != nil || query == "" {
			return
		}
		e := newEdge(t)
		e.has("code", func(l *link.Link) { l.URL, l.ForwardQuery = url, true })
		var ctx fasthttp.RequestCtx
		ctx.Request.Header.SetHost("a.example")
		ctx.Request.Header.SetRequestURI("/code?" + query)
		e.handler.Serve(&ctx)
		got := header(&ctx.Response, "Location")
		if ctx.Response.StatusCode() == 400 {
			return
		}
		base, fragment, _ := strings.Cut(url, "#")
		if strings.Contains(url, "#") {
			fragment = "#" + fragment
		}
		if !strings.HasPrefix(got, base) || !strings.HasSuffix(got, query+fragment) {
			t.Errorf("%q with %q became %q", url, query, got)
		}
		if added := len(got) - len(url) - len(query); added < 0 || added > 1 || link.CheckURL(got) != nil && len(got) <= link.MaxURL {
			t.Errorf("%q with %q became %q", url, query, got)
		}
		if bytes.ContainsAny([]byte(got), "\r\n") {
			t.Errorf("a line break in %q", got)
		}
	})
}
