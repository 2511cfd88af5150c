package larder_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/edge/internal/larder"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const now = 1_700_000_000_000 // Unix milliseconds

func options(dir string) larder.Options {
	return larder.Options{
		Dir: dir, Bytes: 1 << 20, SyncEvery: time.Hour, Patience: 10 * time.Second,
		Now: func() time.Time { return time.UnixMilli(now) }, Logger: slog.New(slog.DiscardHandler),
	}
}

// open starts a larder; closing it makes everything durable.
func open(t testing.TB, o larder.Options) (l *larder.Larder, end func()) {
	t.Helper()
	l, err := larder.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l.Start()
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := l.Stop(ctx); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	return l, end
}

func key(n int) link.Key { return link.Key{Domain: "a.example", Code: fmt.Sprintf("code%d", n)} }

func version(n int, v uint64) *link.Link {
	return &link.Link{
		Key: key(n), Version: v, Status: link.Active, Redirect: 302,
		URL: fmt.Sprintf("https://target.example/some/path/of/usual/length?link=%d&version=%d", n, v),
	}
}

// expect looks a link up; version 0 is none.
func expect(t *testing.T, l *larder.Larder, n int, v uint64, knownAt int64) {
	t.Helper()
	found, known, ok := l.Look(key(n))
	switch {
	case v == 0 && ok:
		t.Errorf("found version %d of %s, want nothing", found.Version, key(n))
	case v > 0 && (!ok || found != *version(n, v)):
		t.Errorf("found %+v (%v) for %s, want version %d", found, ok, key(n), v)
	case v > 0 && known != knownAt:
		t.Errorf("%s is known as of %d, want %d", key(n), known, knownAt)
	}
}

// TestOperations plays what may be told of one link. Each case holds before and
// after a restart.
func TestOperations(t *testing.T) {
	for name, c := range map[string]struct {
		play    func(*larder.Larder)
		version uint64
		known   int64
	}{
		"nothing":            {func(*larder.Larder) {}, 0, 0},
		"kept":               {func(l *larder.Larder) { l.Keep(version(1, 1), l.Epoch(), 100) }, 1, 100},
		"kept and confirmed": {func(l *larder.Larder) { l.Keep(version(1, 1), l.Epoch(), 100); l.Confirm(200) }, 1, 200},
		"kept after the last confirmation": {func(l *larder.Larder) {
			l.Confirm(50)
			l.Keep(version(1, 1), l.Epoch(), 100)
		}, 1, 100},
		"of an epoch that is over": {func(l *larder.Larder) {
			l.Keep(version(1, 1), l.Epoch(), 100)
			l.Confirm(200)
			l.Rebase()
			l.Confirm(300)
		}, 1, 200},
		"asked in an epoch that was over before the answer": {func(l *larder.Larder) {
			epoch := l.Epoch()
			l.Rebase()
			l.Keep(version(1, 1), epoch, 100)
			l.Confirm(300)
		}, 1, 100},
		"kept again in another epoch": {func(l *larder.Larder) {
			l.Keep(version(1, 1), l.Epoch(), 100)
			l.Rebase()
			l.Keep(version(1, 1), l.Epoch(), 150)
			l.Confirm(300)
		}, 1, 300},
		"changed": {func(l *larder.Larder) {
			l.Keep(version(1, 1), l.Epoch(), 100)
			l.Confirm(200)
			l.Change(version(1, 2), 0)
		}, 2, 200},
		"changed at once": {func(l *larder.Larder) {
			l.Keep(version(1, 1), l.Epoch(), 100)
			l.Change(version(1, 2), 0)
			l.Change(version(1, 3), 0)
			l.Confirm(400)
		}, 3, 400},
		"changed, not confirmed since": {func(l *larder.Larder) {
			l.Keep(version(1, 1), l.Epoch(), 100)
			l.Change(version(1, 2), 150)
		}, 2, 150},
		"changed by a clock that is ahead": {func(l *larder.Larder) {
			l.Keep(version(1, 1), l.Epoch(), 100)
			l.Change(version(1, 2), now+1000)
		}, 2, now},
		"changed before it was kept":       {func(l *larder.Larder) { l.Change(version(1, 2), 0); l.Keep(version(1, 3), l.Epoch(), 100) }, 3, 100},
		"changed, never kept":              {func(l *larder.Larder) { l.Change(version(1, 2), 0); l.Confirm(1) }, 0, 0},
		"an old change that comes again":   {func(l *larder.Larder) { l.Keep(version(1, 3), l.Epoch(), 100); l.Change(version(1, 2), 0) }, 3, 100},
		"the same change that comes again": {func(l *larder.Larder) { l.Keep(version(1, 3), l.Epoch(), 100); l.Change(version(1, 3), 0) }, 3, 100},
		"an older answer":                  {func(l *larder.Larder) { l.Keep(version(1, 3), l.Epoch(), 100); l.Keep(version(1, 2), l.Epoch(), 200) }, 3, 100},
		"dropped":                          {func(l *larder.Larder) { l.Keep(version(1, 1), l.Epoch(), 100); l.Drop(key(1)) }, 0, 0},
		"dropped, then changed": {func(l *larder.Larder) {
			l.Keep(version(1, 1), l.Epoch(), 100)
			l.Drop(key(1))
			l.Change(version(1, 2), 0)
		}, 0, 0},
		"dropped, then kept": {func(l *larder.Larder) {
			l.Keep(version(1, 1), l.Epoch(), 100)
			l.Drop(key(1))
			l.Keep(version(1, 2), l.Epoch(), 100)
		}, 2, 100},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(filepath.Join(t.TempDir(), "larder"))
			l, end := open(t, o)
			c.play(l)
			expect(t, l, 1, c.version, c.known)
			end()
			l, _ = open(t, o)
			expect(t, l, 1, c.version, c.known)
			l.Confirm(now) // of another epoch: it vouches for nothing that is held
			expect(t, l, 1, c.version, c.known)
		})
	}
}

// What another part has been told about is seen by the next lookup, whether or
// not it has reached the disk.
func TestReadsWhatIsPending(t *testing.T) {
	o := options(t.TempDir())
	l, err := larder.New(o) // nothing is written before Start
	if err != nil {
		t.Fatal(err)
	}
	l.Keep(version(1, 1), l.Epoch(), 100)
	expect(t, l, 1, 1, 100)
	l.Keep(version(1, 2), l.Epoch(), 100)
	expect(t, l, 1, 2, 100)
	l.Drop(key(1))
	expect(t, l, 1, 0, 0)
	l.Start()
	if err := l.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Statuses, dates and flags come back as they were.
func TestWholeLinks(t *testing.T) {
	o := options(t.TempDir())
	l, end := open(t, o)
	whole := link.Link{
		Key: key(1), Version: 7, Status: link.Disabled, Redirect: 308, URL: "https://t.example/%2F?q=1#f", StartsAt: 5, ExpiresAt: 9,
		ExpiredURL: "https://t.example/over", ForwardQuery: true, Strict: true,
	}
	tombstone := link.Link{Key: key(2), Version: 8, Status: link.Deleted}
	l.Keep(&whole, l.Epoch(), 1)
	l.Keep(&tombstone, l.Epoch(), 1)
	end()
	l, _ = open(t, o)
	for _, want := range []link.Link{whole, tombstone} {
		if got, _, ok := l.Look(want.Key); !ok || got != want {
			t.Errorf("got %+v (%v), want %+v", got, ok, want)
		}
	}
}

func TestDomains(t *testing.T) {
	o := options(t.TempDir())
	l, end := open(t, o)
	if all := l.Domains(); len(all) != 0 {
		t.Errorf("a new larder knows %v", all)
	}
	l.SetDomains([]*wire.Domain{{Name: "a.example", Version: 1}})
	l.SetDomains([]*wire.Domain{{Name: "a.example", Version: 2, Aliases: []string{"b.example"}}, {Name: "c.example", Strict: true}})
	end()
	l, _ = open(t, o)
	all := l.Domains()
	if len(all) != 2 || all[0].GetVersion() != 2 || all[0].GetAliases()[0] != "b.example" || !all[1].GetStrict() {
		t.Errorf("got %v", all)
	}
}

func TestBadOptions(t *testing.T) {
	for name, change := range map[string]func(*larder.Options){
		"no folder":      func(o *larder.Options) { o.Dir = "" },
		"no such folder": func(o *larder.Options) { o.Dir = "/dev/null/x" },
		"too small":      func(o *larder.Options) { o.Bytes = 1 },
		"sync":           func(o *larder.Options) { o.SyncEvery = -1 },
		"pending":        func(o *larder.Options) { o.Pending = -1 },
		"patience":       func(o *larder.Options) { o.Patience = -1 },
		"no logger":      func(o *larder.Options) { o.Logger = nil },
	} {
		o := options(t.TempDir())
		change(&o)
		if _, err := larder.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
