package origin_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/larder"
	"github.com/fingerpost/fingerpost/edge/internal/origin"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

var _ origin.Larder = (*larder.Larder)(nil)

// shelf is a larder of one link.
type shelf struct {
	mu      sync.Mutex
	held    *link.Link
	knownAt int64
	kept    []uint64 // epochs of what was kept
	epoch   uint64
	dropped int
}

func (s *shelf) Look(link.Key) (link.Link, int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return link.Link{}, 0, false
	}
	return *s.held, s.knownAt, true
}

func (s *shelf) Epoch() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.epoch
}

func (s *shelf) Keep(l *link.Link, epoch uint64, _ int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held, s.kept = l, append(s.kept, epoch)
}

func (s *shelf) Drop(link.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = nil
	s.dropped++
}

// with starts an origin on a larder that holds a link.
func with(t *testing.T, s *shelf, change func(*origin.Options), r resolver) (*origin.Origin, *cache.Cache) {
	t.Helper()
	c, err := cache.New(cache.Options{Bytes: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	options := origin.Options{Cache: c, Resolver: r, Larder: s}
	if change != nil {
		change(&options)
	}
	o, err := origin.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		o.Stop()
		c.Close()
	})
	return o, c
}

func TestLarderAnswers(t *testing.T) {
	down := func(context.Context, link.Key) (*wire.Record, error) { return nil, errors.New("down") }
	hangs := func(ctx context.Context, _ link.Key) (*wire.Record, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, c := range map[string]struct {
		resolver resolver
		strict   bool // the link
		domain   bool // all links of its domain
		empty    bool
		outcome  cache.Outcome
		version  uint64
		dropped  int
	}{
		"nobody answers":               {resolver: down, outcome: cache.Suspect, version: 1},
		"nobody answers soon":          {resolver: hangs, outcome: cache.Suspect, version: 1},
		"nobody answers, strict link":  {resolver: down, strict: true, outcome: cache.Miss},
		"nobody answers, strict place": {resolver: down, domain: true, outcome: cache.Miss},
		"nobody knows":                 {resolver: down, empty: true, outcome: cache.Miss},
		"the truth is newer": {resolver: func(context.Context, link.Key) (*wire.Record, error) { return record(2), nil },
			outcome: cache.Hit, version: 2},
		"the truth is nothing": {resolver: func(context.Context, link.Key) (*wire.Record, error) { return nil, nil },
			outcome: cache.Absent, dropped: 1},
		"the truth is unsafe": {resolver: func(context.Context, link.Key) (*wire.Record, error) {
			r := record(2)
			r.Url = "javascript:x"
			return r, nil
		}, outcome: cache.Absent, dropped: 1},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := record(1).ToLink()
			if err != nil {
				t.Fatal(err)
			}
			l.Strict = c.strict
			s := &shelf{held: &l, knownAt: 77}
			if c.empty {
				s.held = nil
			}
			o, memory := with(t, s, func(o *origin.Options) {
				o.Strict = func(string) bool { return c.domain }
				o.Patience, o.Deadline = time.Millisecond, 10*time.Second
			}, c.resolver)
			e, outcome, err := o.Fill(context.Background(), key, time.Now().UnixMilli())
			if outcome != c.outcome || (err != nil) != (c.outcome == cache.Miss) {
				t.Fatalf("outcome %d, error %v; want %d", outcome, err, c.outcome)
			}
			if e != nil && (e.Version() != c.version || outcome == cache.Suspect && memory.KnownAt(e) != 77) {
				t.Errorf("version %d, known at %d", e.Version(), memory.KnownAt(e))
			}
			if s.dropped != c.dropped {
				t.Errorf("dropped %d times, want %d", s.dropped, c.dropped)
			}
		})
	}
}

// What is kept is of the epoch in which it was asked for, not of the one in which
// the answer came; and what a change overtook is not kept.
func TestKeepsAsOfTheQuestion(t *testing.T) {
	s := &shelf{epoch: 5}
	var c *cache.Cache
	first := true
	o, c := with(t, s, nil, func(context.Context, link.Key) (*wire.Record, error) {
		if first {
			first = false
			c.Invalidate(key)
			s.mu.Lock()
			s.epoch = 6
			s.mu.Unlock()
			return record(1), nil
		}
		s.mu.Lock()
		s.epoch = 7
		s.mu.Unlock()
		return record(2), nil
	})
	if _, outcome, err := o.Fill(context.Background(), key, 0); outcome != cache.Hit || err != nil {
		t.Fatal(outcome, err)
	}
	if len(s.kept) != 1 || s.kept[0] != 6 || s.held.Version != 2 {
		t.Errorf("kept in epochs %v, the last version %d", s.kept, s.held.Version)
	}
}

// Questions are bounded: so many at once, so many in line, and the rest fail at
// once.
func TestTurns(t *testing.T) {
	release := make(chan struct{})
	var under, most, asked atomic.Int64
	o, _ := with(t, new(shelf), func(o *origin.Options) { o.Asking, o.Queue, o.Deadline = 4, 6, 20*time.Second },
		func(context.Context, link.Key) (*wire.Record, error) {
			asked.Add(1)
			for n := under.Add(1); ; {
				if old := most.Load(); old >= n || most.CompareAndSwap(old, n) {
					break
				}
			}
			defer under.Add(-1)
			<-release
			return nil, nil
		})
	var failed, answered atomic.Int64
	var visitors sync.WaitGroup
	for n := range 40 {
		k := link.Key{Domain: "a.example", Code: string(rune('A'+n%26)) + string(rune('a'+n/26))}
		visitors.Go(func() {
			if _, _, err := o.Fill(context.Background(), k, 0); err != nil {
				failed.Add(1)
			} else {
				answered.Add(1)
			}
		})
	}
	for deadline := time.Now().Add(20 * time.Second); failed.Load() < 30; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d have failed, want 30", failed.Load())
		}
	}
	close(release)
	visitors.Wait()
	if answered.Load() != 10 || most.Load() != 4 || asked.Load() != 10 {
		t.Errorf("%d answered, %d asked, %d at once; want 10, 10, 4", answered.Load(), asked.Load(), most.Load())
	}
}

// Any number of visitors of one suspect link cause one question.
func TestOneRevalidation(t *testing.T) {
	release := make(chan struct{})
	var asked atomic.Int64
	o, _ := with(t, new(shelf), func(o *origin.Options) { o.Jitter = time.Nanosecond; o.Deadline = 20 * time.Second },
		func(context.Context, link.Key) (*wire.Record, error) {
			asked.Add(1)
			<-release
			return record(1), nil
		})
	for range 1000 {
		o.Revalidate(key)
	}
	close(release)
	o.Stop()
	if n := asked.Load(); n > 1 {
		t.Errorf("asked %d times", n)
	}
}
