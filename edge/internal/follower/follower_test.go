package follower_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/follower"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

var _ feed.Sink = (*follower.Follower)(nil)

var key = link.Key{Domain: "a.example", Code: "code"}

// fixture is a follower with a clock in the hands of the test.
type fixture struct {
	*follower.Follower
	cache *cache.Cache
	now   time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	c, err := cache.New(cache.Options{Bytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	f := &fixture{cache: c, now: time.UnixMilli(1_000_000)}
	f.Follower, err = follower.New(follower.Options{
		Cache: c, Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func record(version uint64) *wire.Record {
	return &wire.Record{
		Domain: key.Domain, Code: key.Code, Version: version, Url: "https://t.example/",
		Redirect: 302, Status: wire.Status_STATUS_ACTIVE,
	}
}

// holds puts a version into the cache as a fill does.
func (f *fixture) holds(t *testing.T, version uint64) {
	t.Helper()
	l, err := record(version).ToLink()
	if err != nil {
		t.Fatal(err)
	}
	if _, outcome := f.cache.Complete(f.cache.Begin(key, f.now.UnixMilli()), &l); outcome != cache.Hit {
		t.Fatal(outcome)
	}
}

func (f *fixture) found() (version uint64, outcome cache.Outcome) {
	e, outcome := f.cache.Find(key.Domain, []byte(key.Code), f.now.UnixMilli())
	if e != nil {
		version = e.Version()
	}
	return version, outcome
}

func TestReadiness(t *testing.T) {
	f := newFixture(t)
	says := func(want string) {
		t.Helper()
		switch err := f.Ready(); {
		case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("Ready: %v, want %q", err, want)
		}
	}
	says("domains")
	f.Rebase(7, []*wire.Domain{{Name: "a.example"}})
	says("confirmed")
	f.Confirm(9, f.now)
	says("")
	f.now = f.now.Add(follower.DetachedAfter)
	says("")
	f.now = f.now.Add(time.Millisecond)
	says("silent for 2s")
	f.Confirm(9, f.now)
	says("")
	if f.Revision() != 9 {
		t.Errorf("revision %d", f.Revision())
	}
}

func TestLinks(t *testing.T) {
	bad := record(2)
	bad.Url = "javascript:x"
	for name, c := range map[string]struct {
		tell    func(*fixture)
		version uint64
		outcome cache.Outcome
	}{
		"nothing":         {func(*fixture) {}, 1, cache.Hit},
		"newer":           {func(f *fixture) { f.Link(5, record(2)) }, 2, cache.Hit},
		"same":            {func(f *fixture) { f.Link(5, record(1)) }, 1, cache.Hit},
		"must not serve":  {func(f *fixture) { f.Link(5, bad) }, 0, cache.Miss},
		"cannot be read":  {func(f *fixture) { f.Malformed(5, "/fingerpost/v1/links/a.example/code", errors.New("x")) }, 0, cache.Miss},
		"other malformed": {func(f *fixture) { f.Malformed(5, "/fingerpost/v1/links/a.example/other", errors.New("x")) }, 1, cache.Hit},
		"new epoch":       {func(f *fixture) { f.Rebase(5, nil) }, 1, cache.Suspect},
		"repeated after malformed": {func(f *fixture) {
			f.Malformed(6, "/fingerpost/v1/links/a.example/code", errors.New("x"))
			f.Link(5, record(2))
		}, 0, cache.Miss},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.holds(t, 1)
			c.tell(f)
			if version, outcome := f.found(); version != c.version || outcome != c.outcome {
				t.Errorf("found version %d, outcome %d; want %d, %d", version, outcome, c.version, c.outcome)
			}
		})
	}
}

func TestDomains(t *testing.T) {
	f := newFixture(t)
	if f.Hosts() != nil {
		t.Error("hosts are known before the feed told any")
	}
	f.Rebase(1, nil)
	if f.Hosts() != nil {
		t.Error("a feed without domains was taken for an edge without domains")
	}
	known := func(host string) bool { return f.Hosts().Find([]byte(host)) != nil }
	f.Rebase(1, []*wire.Domain{{Name: "a.example", Version: 3, Aliases: []string{"w.example"}}, {Name: "b.example"}})
	if !known("a.example") || !known("w.example") || !known("b.example") || known("c.example") {
		t.Error("after Rebase")
	}
	f.Domain(2, &wire.Domain{Name: "a.example", Version: 2}) // the feed repeats itself
	if !known("w.example") {
		t.Error("an older version replaced a newer one")
	}
	f.Domain(3, &wire.Domain{Name: "a.example", Version: 4})
	if known("w.example") || !known("a.example") {
		t.Error("after a change")
	}
	f.DomainGone(4, "a.example")
	if known("a.example") || !known("b.example") {
		t.Error("after a removal")
	}
	f.Rebase(5, nil)
	if !known("b.example") {
		t.Error("a feed that was lost took the domains with it")
	}
	f.Rebase(6, []*wire.Domain{{Name: "c.example"}})
	if known("b.example") || !known("c.example") {
		t.Error("after another Rebase")
	}
}
