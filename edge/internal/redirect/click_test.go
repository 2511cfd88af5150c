package redirect_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/redirect"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// What a visitor sent is with the click, whichever way the request is answered:
// first by asking the control plane, then from memory, quickly and by way of
// fasthttp.
func TestClickSaysWhoAsked(t *testing.T) {
	for name, c := range map[string]struct {
		target, headers string
		tracking        string
		trusted         string
		want            string // address, agent, referrer, language, query, whether only to be counted
	}{
		"nothing":           {want: "127.0.0.1|||||false"},
		"everything":        {target: "?a=b", headers: "User-Agent: curl/8 (x)\r\nReferer:  https://r.example/?q \r\nAccept-Language: de,en;q=0.5\r\n", want: "127.0.0.1|curl/8 (x)|https://r.example/?q|de,en;q=0.5|a=b|false"},
		"any case":          {headers: "uSER-aGENT: a\r\nREFERER: r\r\naccept-LANGUAGE: l\r\n", want: "127.0.0.1|a|r|l||false"},
		"twice":             {headers: "User-Agent: a\r\nUser-Agent: b\r\nReferer:\r\nReferer: r\r\n", want: "127.0.0.1|a||||false"},
		"similar names":     {headers: "User_Agent: a\r\nRefere2: r\r\nReferers: r\r\nSec-GPX: 1\r\nDN2: 1\r\nAccept_Language: l\r\n", want: "127.0.0.1|||||false"},
		"do not track":      {headers: "DNT: 1\r\nUser-Agent: a\r\n", want: "127.0.0.1|a||||true"},
		"privacy control":   {headers: "sec-gpc: 1\r\n", want: "127.0.0.1|||||true"},
		"may track":         {headers: "DNT: 0\r\nSec-GPC: 0\r\n", want: "127.0.0.1|||||false"},
		"one of both":       {headers: "DNT: 1\r\nSec-GPC: 0\r\nDNT: 0\r\n", want: "127.0.0.1|||||true"},
		"always":            {headers: "DNT: 1\r\n", tracking: "always", want: "127.0.0.1|||||false"},
		"never":             {headers: "DNT: 0\r\n", tracking: "never", want: "127.0.0.1|||||true"},
		"unknown setting":   {headers: "DNT: 1\r\n", tracking: "perhaps", want: "127.0.0.1|||||true"},
		"forwarded":         {headers: "X-Forwarded-For: 192.0.2.7\r\n", trusted: "127.0.0.0/8", want: "192.0.2.7|||||false"},
		"forwarded, IPv6":   {headers: "X-Forwarded-For: 192.0.2.7\r\nx-forwarded-for: 2001:db8::7\r\n", trusted: "127.0.0.0/8", want: "2001:db8::7|||||false"},
		"forwarded by none": {headers: "X-Forwarded-For: 192.0.2.7\r\n", want: "127.0.0.1|||||false"},
		"not forwarded":     {trusted: "127.0.0.0/8", want: "127.0.0.1|||||false"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t, &wire.Domain{Name: "a.example", Tracking: c.tracking})
			e.has("code", nil)
			s := e.serve(t, func(o *redirect.Options) {
				if c.trusted != "" {
					o.Ports.Trusted = []netip.Prefix{netip.MustParsePrefix(c.trusted)}
				}
			})
			client := dial(t, s.Addr())
			for way, last := range []string{"", "", "Connection: close\r\n"} {
				client.head("/code"+c.target, c.headers+last)
				e.mu.Lock()
				l := e.last
				e.mu.Unlock()
				got := fmt.Sprintf("%s|%s|%s|%s|%s|%v", l.Address, l.Agent, l.Referrer, l.Language, l.Query, l.CountOnly)
				if got != c.want || l.Code != "code" || l.Domain != "a.example" || l.At != e.now.UnixMilli() {
					t.Errorf("%d. way: %s (%+v), want %s", way+1, got, l, c.want)
				}
			}
			if e.clicked() != 3 {
				t.Errorf("%d clicks", e.clicked())
			}
			client = dial(t, s.Addr())
			client.send("HEAD /code HTTP/1.1\r\nHost: a.example\r\n" + c.headers + "\r\n")
			if r, _ := client.answer("HEAD"); r.StatusCode != 302 || e.clicked() != 3 {
				t.Errorf("HEAD is answered %d and makes %d clicks", r.StatusCode, e.clicked())
			}
		})
	}
}

// Of pipelined requests each has its own visitor.
func TestClicksOfAPipeline(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	c := dial(t, e.serve(t, nil).Addr())
	ask := func(agent string) string {
		return "GET /code?" + agent + " HTTP/1.1\r\nHost: a.example\r\nUser-Agent: " + agent + "\r\n\r\n"
	}
	for range 2 { // by asking, and from memory
		var all strings.Builder
		for i := range 20 {
			all.WriteString(ask(fmt.Sprint("agent", i)))
		}
		c.send(all.String() + "GET /code HTTP/1.1\r\nHost: a.example\r\n\r\n")
		for range 21 {
			c.answer("GET")
		}
		e.mu.Lock()
		if len(e.last.Agent)+len(e.last.Query) > 0 {
			t.Errorf("the last request's visitor is %q, its query %q", e.last.Agent, e.last.Query)
		}
		e.mu.Unlock()
	}
}
