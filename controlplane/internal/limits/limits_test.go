package limits_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fingerpost/fingerpost/controlplane/internal/limits"
)

// clock stands still unless it is told to go.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time       { return time.Unix(1_700_000_000, c.at.Load()) }
func (c *clock) pass(d time.Duration) { c.at.Add(int64(d)) }
func limiter(t testing.TB, c *clock) *limits.Limiter {
	t.Helper()
	l, err := limits.New(limits.Options{Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestA11Exact: of any number at one moment exactly the limit pass, whoever
// else asks.
func TestA11Exact(t *testing.T) {
	for _, rate := range []int{1, 2, 7, 1000, 19_999} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			c := new(clock)
			l := limiter(t, c)
			var passed atomic.Int64
			var group sync.WaitGroup
			for worker := range 8 {
				group.Go(func() {
					for range rate/4 + 1 {
						d, err := l.Take("k", rate)
						if err != nil {
							t.Error(err)
						}
						if d.Allowed {
							passed.Add(1)
						}
						if _, err := l.Take(fmt.Sprint("other", worker), 1); err != nil {
							t.Error(err)
						}
					}
				})
			}
			group.Wait()
			if int(passed.Load()) != rate {
				t.Errorf("%d passed of %d", passed.Load(), rate)
			}
		})
	}
}

func TestRefills(t *testing.T) {
	c := new(clock)
	l := limiter(t, c)
	take := func(allowed bool, remaining int, reset, retry time.Duration) {
		t.Helper()
		got, err := l.Take("k", 4)
		want := limits.Decision{Allowed: allowed, Limit: 4, Remaining: remaining, Reset: reset, Retry: retry}
		if err != nil || got != want {
			t.Errorf("got %+v (%v), want %+v", got, err, want)
		}
	}
	const quarter = time.Second / 4
	take(true, 3, quarter, 0)
	take(true, 2, 2*quarter, 0)
	take(true, 1, 3*quarter, 0)
	take(true, 0, time.Second, 0)
	take(false, 0, time.Second, quarter)
	l.Return("k", 4)
	l.Return("another", 4)
	take(true, 0, time.Second, 0)
	c.pass(quarter - 1)
	take(false, 0, 3*quarter+1, 1)
	c.pass(1)
	take(true, 0, time.Second, 0)
	c.pass(-time.Hour) // a clock that is set back; not the monotonic one
	take(false, 0, time.Hour+time.Second, time.Hour+quarter)
	c.pass(time.Hour + time.Minute)
	take(true, 3, quarter, 0)
	if _, err := l.Take("k", 0); err == nil {
		t.Error("a rate of 0 was taken")
	}
}

// TestNeverMore: over any time, no more pass than the bucket and what came in.
func TestNeverMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := new(clock)
		l, err := limits.New(limits.Options{Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		rate := rapid.IntRange(1, 50).Draw(t, "rate")
		passed, elapsed := 0, time.Duration(0)
		for range rapid.IntRange(1, 300).Draw(t, "requests") {
			step := time.Duration(rapid.Int64Range(0, int64(50*time.Millisecond)).Draw(t, "step"))
			c.pass(step)
			elapsed += step
			d, err := l.Take("k", rate)
			if err != nil {
				t.Fatal(err)
			}
			if d.Allowed {
				passed++
			}
			interval := time.Second / time.Duration(rate)
			if most := rate + int(elapsed/interval); passed > most {
				t.Fatalf("%d passed in %v at %d a second, want at most %d", passed, elapsed, rate, most)
			}
		}
	})
}

func BenchmarkTake(b *testing.B) {
	l, err := limits.New(limits.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Take("k", 1000); err != nil {
			b.Fatal(err)
		}
	}
}
