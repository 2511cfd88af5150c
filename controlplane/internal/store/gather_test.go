package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
	"github.com/fingerpost/fingerpost/sync/link"
)

// crowd is callers of a gathering whose first statement hangs until release, so
// that what comes meanwhile goes together.
type crowd struct {
	store.Gathering
	fate    func(all []*links.Link) (written map[link.Key]bool, err error)
	hung    chan struct{} // until release
	release func()

	mu    sync.Mutex
	sizes []int // mu; of the statements
}

func newCrowd(t *testing.T, fate func(all []*links.Link) (map[link.Key]bool, error)) *crowd {
	t.Helper()
	c := &crowd{fate: fate, hung: make(chan struct{})}
	c.release = sync.OnceFunc(func() { close(c.hung) })
	c.Gathering = store.NewGathering(c.insert)
	begun := c.create(context.Background(), "first")
	t.Cleanup(func() {
		c.release()
		if err := <-begun; err != nil {
			t.Error(err)
		}
		c.Close()
	})
	wait(t, func() bool { c.mu.Lock(); defer c.mu.Unlock(); return len(c.sizes) == 1 })
	return c
}

func (c *crowd) insert(_ context.Context, all []*links.Link) (map[link.Key]bool, error) {
	c.mu.Lock()
	c.sizes = append(c.sizes, len(all))
	c.mu.Unlock()
	if len(all) == 1 && all[0].Code == "first" {
		<-c.hung
		return allOf(all), nil
	}
	return c.fate(all)
}

// create returns when the call waits in the queue, or is under way.
func (c *crowd) create(ctx context.Context, code string) <-chan error {
	result := make(chan error, 1)
	go func() { result <- c.Create(ctx, linkOf(code)) }()
	return result
}

func linkOf(code string) *links.Link {
	return &links.Link{Link: link.Link{Key: link.Key{Domain: "go.example", Code: code}, URL: "https://example.org", Status: link.Active, Redirect: 302}}
}

func allOf(all []*links.Link) map[link.Key]bool {
	written := map[link.Key]bool{}
	for _, l := range all {
		written[l.Key] = true
	}
	return written
}

func wait(t *testing.T, until func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !until(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not happen")
		}
	}
}

// Two that come while a statement is under way share the next one, and each hears
// its own result.
func TestCreatesShareAStatement(t *testing.T) {
	lost := errors.New("connection lost")
	for _, tc := range []struct {
		name      string
		fate      func(all []*links.Link) (map[link.Key]bool, error)
		one, two  error
		wantSizes []int
	}{
		{"both are written", func(all []*links.Link) (map[link.Key]bool, error) { return allOf(all), nil }, nil, nil, []int{1, 2}},
		{"one is taken", func([]*links.Link) (map[link.Key]bool, error) { return allOf([]*links.Link{linkOf("one")}), nil }, nil, links.ErrTaken, []int{1, 2}},
		{"an unknown outcome is everybody's", func([]*links.Link) (map[link.Key]bool, error) { return nil, lost }, lost, lost, []int{1, 2}},
		{"a value that is refused fails alone", func(all []*links.Link) (map[link.Key]bool, error) {
			if slices.ContainsFunc(all, func(l *links.Link) bool { return l.Code == "two" }) {
				return nil, store.ErrValue
			}
			return allOf(all), nil
		}, nil, store.ErrValue, []int{1, 2, 1, 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCrowd(t, tc.fate)
			one, two := c.create(t.Context(), "one"), c.create(t.Context(), "two")
			wait(t, func() bool { return c.Queued() == 2 })
			c.release()
			if err := <-one; !errors.Is(err, tc.one) {
				t.Errorf("one: %v, want %v", err, tc.one)
			}
			if err := <-two; !errors.Is(err, tc.two) {
				t.Errorf("two: %v, want %v", err, tc.two)
			}
			if !slices.Equal(c.sizes, tc.wantSizes) {
				t.Errorf("statements of %v links, want %v", c.sizes, tc.wantSizes)
			}
		})
	}
}

// A statement that hangs does not hold up those who come after it, and whoever
// gave up before a statement began is not in it.
func TestACrowdDoesNotWait(t *testing.T) {
	c := newCrowd(t, func(all []*links.Link) (map[link.Key]bool, error) { return allOf(all), nil })
	gone, cancel := context.WithCancel(t.Context())
	left := c.create(gone, "gone")
	wait(t, func() bool { return c.Queued() == 1 })
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up: %v", err)
	}
	for _, result := range []<-chan error{c.create(t.Context(), "one"), c.create(t.Context(), "two")} {
		if err := <-result; err != nil {
			t.Error(err)
		}
	}
	c.release()
	if want := []int{1, 2}; !slices.Equal(c.sizes, want) {
		t.Errorf("statements of %v links, want %v", c.sizes, want)
	}
}

// Writers of generated codes on a real server: each link is there with all that
// follows from it, a code that is taken is nobody else's, and after Close there is
// an error.
func TestGatheredCreates(t *testing.T) {
	s := open(t, storetest.PostgreSQL(t))
	const writers, each = 16, 20
	together(writers, func(w int) {
		for i := range each {
			l := linkOf(fmt.Sprintf("w%dn%d", w, i))
			if err := s.CreateLink(t.Context(), l); err != nil || l.Version != 1 {
				t.Errorf("version %d, %v", l.Version, err)
			}
			if err := s.CreateLink(t.Context(), linkOf(l.Code)); i == 0 && err == nil {
				t.Error("a code was given twice") // revived by the same owner only when deleted
			}
		}
	})
	for table, want := range map[string]int{"links": writers * each, "outbox": writers * each, "audit_entries": writers * each} {
		var n int
		if query(t, s, &n, "SELECT COUNT(*) FROM "+table); n != want {
			t.Errorf("%s has %d rows, want %d", table, n, want)
		}
	}
	var indexed int
	if query(t, s, &indexed, "SELECT COUNT(*) FROM link_terms WHERE term >= '=' AND term < '>'"); indexed != writers*each {
		t.Errorf("%d targets are indexed, want %d", indexed, writers*each)
	}
	bad := linkOf("bad")
	bad.Title = "no\x00text"
	if err := s.CreateLink(t.Context(), bad); err == nil {
		t.Error("a server took a NUL")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateLink(t.Context(), linkOf("late")); !errors.Is(err, sql.ErrConnDone) {
		t.Errorf("after Close: %v", err)
	}
}
