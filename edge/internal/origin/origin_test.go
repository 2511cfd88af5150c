package origin_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/origin"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var key = link.Key{Domain: "a.example", Code: "code"}

// resolver is a control plane in the hands of the test.
type resolver func(context.Context, link.Key) (*wire.Record, error)

func (r resolver) Resolve(ctx context.Context, k link.Key) (*wire.Record, error) { return r(ctx, k) }

func record(version uint64) *wire.Record {
	return &wire.Record{
		Domain: key.Domain, Code: key.Code, Version: version,
		Url: "https://target.example/", Redirect: 302, Status: wire.Status_STATUS_ACTIVE,
	}
}

func start(t *testing.T, r resolver, deadline time.Duration) (*origin.Origin, *cache.Cache) {
	t.Helper()
	c, err := cache.New(cache.Options{Bytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	o, err := origin.New(origin.Options{Cache: c, Resolver: r, Deadline: deadline})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		o.Stop()
		c.Close()
	})
	return o, c
}

func find(c *cache.Cache) (*cache.Entry, cache.Outcome) {
	return c.Find(key.Domain, []byte(key.Code), time.Now().UnixMilli())
}

// F12: one upstream load, whatever number of visitors ask for one code.
func TestOneQuestion(t *testing.T) {
	for name, answer := range map[string]*wire.Record{"known": record(1), "unknown": nil} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			o, _ := start(t, func(context.Context, link.Key) (*wire.Record, error) {
				asked.Add(1)
				time.Sleep(20 * time.Millisecond) // a round trip, so that others join
				return answer, nil
			}, 0)
			var visitors sync.WaitGroup
			for range 10_000 {
				visitors.Go(func() {
					_, outcome, err := o.Fill(context.Background(), key, 0)
					if err != nil || (outcome == cache.Hit) != (answer != nil) {
						t.Error(outcome, err)
					}
				})
			}
			visitors.Wait()
			if n := asked.Load(); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// A create after a remembered 404 works at once.
func TestCreationUndoesAbsence(t *testing.T) {
	o, c := start(t, func(context.Context, link.Key) (*wire.Record, error) { return nil, nil }, 0)
	if _, outcome, err := o.Fill(context.Background(), key, 0); outcome != cache.Absent || err != nil {
		t.Fatal(outcome, err)
	}
	l, err := record(1).ToLink()
	if err != nil {
		t.Fatal(err)
	}
	c.Apply(&l)
	if e, outcome := find(c); outcome != cache.Hit || e.Version() != 1 {
		t.Errorf("found %v after the creation", outcome)
	}
}

// E12: a record that must not be served is as good as none, until it changes.
func TestRefusedRecord(t *testing.T) {
	for name, damage := range map[string]func(*wire.Record){
		"bad scheme":  func(r *wire.Record) { r.Url = "javascript:alert(1)" },
		"line break":  func(r *wire.Record) { r.Url = "https://a.example/\r\nSet-Cookie: x" },
		"another key": func(r *wire.Record) { r.Code = "other" },
		"no version":  func(r *wire.Record) { r.Version = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			var healed atomic.Bool
			o, c := start(t, func(context.Context, link.Key) (*wire.Record, error) {
				r := record(2)
				if !healed.Load() {
					damage(r)
				}
				return r, nil
			}, 0)
			if _, outcome, err := o.Fill(context.Background(), key, 0); outcome != cache.Absent || err != nil {
				t.Errorf("the damaged record: %v, %v", outcome, err)
			}
			l, err := record(2).ToLink()
			if err != nil {
				t.Fatal(err)
			}
			healed.Store(true)
			c.Apply(&l)
			if _, outcome, err := o.Fill(context.Background(), key, 0); outcome != cache.Hit || err != nil {
				t.Errorf("after it changed: %v, %v", outcome, err)
			}
		})
	}
}

// An answer that a change overtook is given to nobody.
func TestOvertaken(t *testing.T) {
	var c *cache.Cache
	var asked atomic.Int64
	o, c := start(t, func(context.Context, link.Key) (*wire.Record, error) {
		n := uint64(asked.Add(1))
		if n < 5 { // the change comes while the answer is on its way
			l, err := record(n + 1).ToLink()
			if err != nil {
				return nil, err
			}
			c.Apply(&l)
		}
		return record(n), nil
	}, 0)
	e, outcome, err := o.Fill(context.Background(), key, 0)
	if err != nil || outcome != cache.Hit || e.Version() != 5 {
		t.Errorf("answered %v, %v, %v; want version 5", e, outcome, err)
	}
}

func TestOvertakenForEver(t *testing.T) {
	var c *cache.Cache
	var asked atomic.Int64
	o, c := start(t, func(context.Context, link.Key) (*wire.Record, error) {
		asked.Add(1)
		c.Invalidate(key)
		return record(1), nil
	}, 0)
	_, _, err := o.Fill(context.Background(), key, 0)
	if !errors.Is(err, origin.ErrUnavailable) || asked.Load() != 8 {
		t.Errorf("gave up with %v after asking %d times", err, asked.Load())
	}
}

func TestDeadlines(t *testing.T) {
	silent := func(ctx context.Context, _ link.Key) (*wire.Record, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	t.Run("of the question", func(t *testing.T) {
		o, _ := start(t, silent, 10*time.Millisecond)
		if _, _, err := o.Fill(context.Background(), key, 0); !errors.Is(err, origin.ErrUnavailable) {
			t.Errorf("Fill: %v", err)
		}
	})
	t.Run("of the visitor", func(t *testing.T) {
		release := make(chan struct{})
		o, c := start(t, func(context.Context, link.Key) (*wire.Record, error) {
			<-release
			return record(1), nil
		}, time.Minute)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		if _, _, err := o.Fill(ctx, key, 0); !errors.Is(err, origin.ErrUnavailable) {
			t.Errorf("Fill: %v", err)
		}
		close(release) // the question went on, for whoever comes next
		if _, outcome, err := o.Fill(context.Background(), key, 0); outcome != cache.Hit || err != nil {
			t.Errorf("the next visitor: %v, %v", outcome, err)
		}
		if _, outcome := find(c); outcome != cache.Hit {
			t.Errorf("found %v", outcome)
		}
	})
	t.Run("of the edge", func(t *testing.T) {
		o, _ := start(t, silent, time.Minute)
		o.Revalidate(key)
		o.Stop()
		if _, _, err := o.Fill(context.Background(), key, 0); !errors.Is(err, origin.ErrUnavailable) {
			t.Errorf("Fill after Stop: %v", err)
		}
	})
}

// What is held may be valid and still too old for a strict link.
func TestNotBefore(t *testing.T) {
	var asked atomic.Int64
	o, _ := start(t, func(context.Context, link.Key) (*wire.Record, error) {
		asked.Add(1)
		return record(1), nil
	}, 0)
	for _, c := range []struct {
		notBefore time.Duration
		asked     int64
	}{{0, 1}, {-time.Minute, 1}, {-time.Minute, 1}} {
		if _, _, err := o.Fill(context.Background(), key, time.Now().Add(c.notBefore).UnixMilli()); err != nil {
			t.Fatal(err)
		}
		if asked.Load() != c.asked {
			t.Errorf("asked %d times, want %d", asked.Load(), c.asked)
		}
	}
	begin := time.Now().Add(time.Millisecond)
	for time.Now().Before(begin) {
	}
	if _, _, err := o.Fill(context.Background(), key, time.Now().UnixMilli()); err != nil || asked.Load() != 2 {
		t.Errorf("asked %d times, %v; want a second question", asked.Load(), err)
	}
}

func TestRevalidate(t *testing.T) {
	o, c := start(t, func(context.Context, link.Key) (*wire.Record, error) { return record(1), nil }, 0)
	if _, _, err := o.Fill(context.Background(), key, 0); err != nil {
		t.Fatal(err)
	}
	c.Rebase()
	if _, outcome := find(c); outcome != cache.Suspect {
		t.Fatalf("found %v after the new epoch began", outcome)
	}
	o.Revalidate(key)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, outcome := find(c); outcome == cache.Hit {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("still suspect")
		}
	}
}
