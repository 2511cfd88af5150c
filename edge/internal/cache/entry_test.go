package cache_test

import (
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/sync/link"
)

// An entry answers as its link would.
func TestEntry(t *testing.T) {
	c, err := cache.New(cache.Options{Bytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	base := link.Link{URL: "https://t.example/#a", Status: link.Active, Redirect: 308, Version: 7}
	for name, change := range map[string]func(*link.Link){
		"plain":      func(*link.Link) {},
		"starts":     func(l *link.Link) { l.StartsAt = now },
		"expires":    func(l *link.Link) { l.ExpiresAt = now + 256 },
		"both":       func(l *link.Link) { l.StartsAt, l.ExpiresAt = now-1, 1<<62+1 },
		"before":     func(l *link.Link) { l.StartsAt = -1 },
		"expired":    func(l *link.Link) { l.ExpiredURL, l.ExpiresAt = "https://e.example/", now-1 },
		"fallback":   func(l *link.Link) { l.ExpiredURL = "https://e.example/" },
		"blocked":    func(l *link.Link) { l.Status = link.Blocked },
		"strict":     func(l *link.Link) { l.Strict = true },
		"forwarding": func(l *link.Link) { l.ForwardQuery, l.ExpiresAt = true, now },
	} {
		t.Run(name, func(t *testing.T) {
			l := base
			l.Key = link.Key{Domain: "a.example", Code: name}
			change(&l)
			c.Complete(c.Begin(l.Key, now), &l)
			e, outcome := c.Find("a.example", []byte(name), now)
			if outcome != cache.Hit {
				t.Fatal("outcome ", outcome)
			}
			if e.Code() != l.Code || string(e.Location()) != l.URL || e.ExpiredURL() != l.ExpiredURL || e.Redirect() != l.Redirect ||
				e.ExpiresAt() != l.ExpiresAt || e.Strict() != l.Strict || e.ForwardQuery() != l.ForwardQuery || e.Version() != l.Version {
				t.Errorf("%+v became %+v", l, e)
			}
			for _, at := range []int64{0, now - 1, now, now + 255, now + 256} {
				if e.AnswerAt(at) != l.AnswerAt(at) {
					t.Errorf("answer %d at %d, want %d", e.AnswerAt(at), at, l.AnswerAt(at))
				}
			}
		})
	}
}
