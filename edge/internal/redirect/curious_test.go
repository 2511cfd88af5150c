package redirect_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/limit"
	"github.com/fingerpost/fingerpost/edge/internal/redirect"
)

// few lets an address ask for five unknown codes.
func few(o *redirect.Options) { o.Unknown = limit.Options{Rate: 1, Burst: 5} }

// scan asks for n codes that do not exist, over one connection, and counts the
// statuses.
func scan(t *testing.T, addr string, n int, header string) map[int]int {
	t.Helper()
	statuses := make(map[int]int)
	c := dial(t, addr)
	for i := range n {
		c.send(fmt.Sprintf("GET /none%d HTTP/1.1\r\nHost: a.example\r\n%s\r\n", i, header))
		r, _ := c.answer("GET")
		statuses[r.StatusCode]++
		if slow := r.Header.Get("Retry-After"); r.StatusCode == 429 && slow != "1" {
			t.Errorf("Retry-After %q", slow)
		}
	}
	return statuses
}

// L3: a scanner is slowed and loads nobody; known codes are answered as ever.
func TestL3ScannerIsSlowed(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	addr := e.serve(t, few).Addr()
	if c := dial(t, addr); !c.open() {
		t.Fatal("a known code is not answered")
	}
	if got := scan(t, addr, 50, ""); got[404] != 5 || got[429] != 45 {
		t.Errorf("answered %v, want 5 of 404 and 45 of 429", got)
	}
	if e.asked != 6 {
		t.Errorf("the control plane was asked %d times, want 6", e.asked)
	}
	c := dial(t, addr)
	for range 100 {
		if !c.open() {
			t.Fatal("a known code is not answered while its asker is slowed")
		}
	}
	if got := scan(t, addr, 5, ""); got[404] != 5 {
		t.Errorf("remembered absences are answered %v, want 404", got)
	}
}

// F12: what many ask for at once and does not exist costs them one token, and a
// create after it works at once.
func TestF12DeadLinkCostsOneToken(t *testing.T) {
	e := newEdge(t)
	addr := e.serve(t, few).Addr()
	c := dial(t, addr)
	for range 50 {
		e.Cache.Rebase() // so that each is asked for
		c.send("GET /code HTTP/1.1\r\nHost: a.example\r\n\r\n")
		if r, _ := c.answer("GET"); r.StatusCode != 404 {
			t.Fatalf("answered %d", r.StatusCode)
		}
	}
	e.has("code", nil)
	e.Cache.Rebase()
	if !c.open() {
		t.Error("the link that was created is not answered")
	}
}

// X-Forwarded-For counts only from a trusted proxy, and only as far as that can
// vouch for it.
func TestTrustedProxies(t *testing.T) {
	here := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for name, c := range map[string]struct {
		trusted []netip.Prefix
		header  func(i int) string
		slowed  bool
	}{
		"nobody trusted, forged":         {header: func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, slowed: true},
		"trusted, many clients":          {trusted: here, header: func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }},
		"trusted, one client forges":     {trusted: here, header: func(i int) string { return fmt.Sprintf("198.51.100.%d, 203.0.113.1", i) }, slowed: true},
		"trusted, one IPv6 network":      {trusted: here, header: func(i int) string { return fmt.Sprintf("2001:db8::%d", i) }, slowed: true},
		"trusted, several IPv6 networks": {trusted: here, header: func(i int) string { return fmt.Sprintf("2001:db8:0:%d::1", i) }},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t)
			addr := e.serve(t, func(o *redirect.Options) {
				few(o)
				o.Ports.Trusted = c.trusted
			}).Addr()
			conn := dial(t, addr)
			slowed := false
			for i := range 10 {
				conn.send(fmt.Sprintf("GET /none%d HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: %s\r\n\r\n", i, c.header(i)))
				r, _ := conn.answer("GET")
				slowed = slowed || r.StatusCode == 429
			}
			if slowed != c.slowed {
				t.Errorf("slowed: %v", slowed)
			}
		})
	}
}

// Two X-Forwarded-For lines are one list.
func TestForwardedLinesAreOneList(t *testing.T) {
	e := newEdge(t)
	addr := e.serve(t, func(o *redirect.Options) {
		few(o)
		o.Ports.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	}).Addr()
	if got := scan(t, addr, 10, "X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-For: 127.0.0.1\r\n"); got[429] != 5 {
		t.Errorf("answered %v, want 5 of 429", got)
	}
	if got := scan(t, addr, 5, "X-Forwarded-For: 203.0.113.2\r\nX-Forwarded-For: 127.0.0.1\r\n"); got[429] != 0 {
		t.Errorf("somebody else is answered %v", got)
	}
}
