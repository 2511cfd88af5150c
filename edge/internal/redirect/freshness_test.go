package redirect_test

import (
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Promise 3: how long what is in memory is served while nobody confirms it.
func TestFreshness(t *testing.T) {
	strict := func(l *link.Link) { l.Strict = true }
	for name, c := range map[string]struct {
		link    func(*link.Link)
		domain  bool // strict
		age     time.Duration
		confirm bool // by the feed, just now
		rebase  bool // a new epoch
		down    bool
		status  int
		asked   int
	}{
		"in time":                     {age: 23 * time.Hour, down: true, status: 302},
		"too old":                     {age: 25 * time.Hour, down: true, status: 503, asked: 1},
		"too old, asked":              {age: 25 * time.Hour, status: 302, asked: 1},
		"old but confirmed":           {age: 25 * time.Hour, confirm: true, down: true, status: 302},
		"strict in time":              {link: strict, age: 2 * time.Second, down: true, status: 302},
		"strict too old":              {link: strict, age: 2001 * time.Millisecond, down: true, status: 503, asked: 1},
		"strict too old, asked":       {link: strict, age: time.Hour, status: 302, asked: 1},
		"strict, confirmed":           {link: strict, age: time.Hour, confirm: true, down: true, status: 302},
		"F16 strict, clock set back":  {link: strict, age: -time.Hour, down: true, status: 503, asked: 1},
		"F16 clock set back":          {age: -time.Hour, down: true, status: 302},
		"strict domain":               {domain: true, age: 3 * time.Second, down: true, status: 503, asked: 1},
		"suspect":                     {age: time.Second, rebase: true, down: true, status: 302, asked: 1},
		"suspect too old":             {age: 25 * time.Hour, rebase: true, confirm: true, down: true, status: 503, asked: 1},
		"suspect strict":              {link: strict, age: time.Second, rebase: true, down: true, status: 503, asked: 1},
		"suspect strict, asked again": {link: strict, age: time.Second, rebase: true, status: 302, asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t, &wire.Domain{Name: "a.example", Strict: c.domain})
			e.has("code", c.link)
			e.get(t, "/code")
			e.asked = 0
			e.now = e.now.Add(c.age)
			if c.rebase {
				e.Rebase()
			}
			if c.confirm {
				e.Confirm(e.now.UnixMilli())
			}
			e.down = c.down
			if r := e.get(t, "/code"); r.StatusCode() != c.status || e.asked != c.asked {
				t.Errorf("answered %d after asking %d times, want %d after %d", r.StatusCode(), e.asked, c.status, c.asked)
			}
		})
	}
}
