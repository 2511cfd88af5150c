package follower_test

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/follower"
	"github.com/fingerpost/fingerpost/edge/internal/larder"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

var _ follower.Larder = (*larder.Larder)(nil)

// book writes down what a larder is told, and what memory held at that moment.
type book struct {
	fixture *fixture
	kept    uint64
	told    []string
	during  func() // runs with every Change
}

func (b *book) note(what string) {
	version, outcome := b.fixture.found()
	state := map[cache.Outcome]string{cache.Miss: "nothing", cache.Suspect: "suspect", cache.Hit: "version 1"}[outcome]
	if version > 1 {
		state = "version 2"
	}
	b.told = append(b.told, what+" while memory has "+state)
}

func (b *book) Change(*link.Link, int64) {
	b.note("change")
	if b.during != nil {
		b.during()
		b.during = nil
	}
}
func (b *book) Drop(link.Key)             { b.note("drop") }
func (b *book) Kept() uint64              { return b.kept }
func (b *book) Rebase()                   { b.note("rebase") }
func (b *book) Confirm(int64)             { b.note("confirm") }
func (b *book) SetDomains([]*wire.Domain) { b.note("domains") }

// The larder hears of a change before memory shows it, and of a new epoch after
// memory has begun one.
func TestLarderIsToldInOrder(t *testing.T) {
	bad := record(2)
	bad.Url = "javascript:x"
	for name, c := range map[string]struct {
		tell func(*fixture, *book)
		want []string
	}{
		"a change": {func(f *fixture, _ *book) { f.Link(5, record(2)) }, []string{"change while memory has version 1"}},
		"a fill in between": {func(f *fixture, b *book) {
			b.during = func() { b.kept++ }
			f.Link(5, record(2))
		}, []string{"change while memory has version 1", "change while memory has version 2"}},
		"unsafe":         {func(f *fixture, _ *book) { f.Link(5, bad) }, []string{"drop while memory has version 1"}},
		"cannot be read": {func(f *fixture, _ *book) { f.Malformed(5, "/fingerpost/v1/links/a.example/code", errors.New("x")) }, []string{"drop while memory has version 1"}},
		"a new epoch": {func(f *fixture, _ *book) { f.Rebase(5, []*wire.Domain{{Name: "a.example"}}) }, []string{
			"rebase while memory has suspect", "domains while memory has suspect",
		}},
		"a confirmation": {func(f *fixture, _ *book) { f.Confirm(5, f.now) }, []string{"confirm while memory has version 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			b := &book{fixture: f}
			var err error
			f.Follower, err = follower.New(follower.Options{
				Cache: f.cache, Larder: b, Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			f.holds(t, 1)
			c.tell(f, b)
			if !slices.Equal(b.told, c.want) {
				t.Errorf("told %q, want %q", b.told, c.want)
			}
		})
	}
}

// Domains from the larder are served, but do not make an edge ready, and a feed
// that knows its domains replaces them.
func TestDomainsFromTheLarder(t *testing.T) {
	f := newFixture(t)
	var err error
	f.Follower, err = follower.New(follower.Options{
		Cache: f.cache, Domains: []*wire.Domain{{Name: "a.example", Version: 9, Strict: true}, {Name: "b.example"}},
		Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if f.Hosts().Find([]byte("a.example")) == nil || !f.Strict("a.example") || f.Strict("b.example") {
		t.Error("the larder's domains are not served")
	}
	if f.Ready() == nil {
		t.Error("ready before the feed told anything")
	}
	f.Rebase(1, []*wire.Domain{{Name: "a.example", Version: 3}})
	if f.Hosts().Find([]byte("b.example")) != nil || f.Strict("a.example") {
		t.Error("the larder's domains outlived what the feed told")
	}
}
