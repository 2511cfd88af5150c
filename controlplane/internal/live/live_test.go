package live_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/controlplane/internal/live"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counter counts what is asked of it.
type counter struct {
	mu     sync.Mutex
	counts map[link.Key]uint64
	asked  [][]link.Key
	fail   error
}

func (c *counter) Count(_ context.Context, keys []link.Key) (map[link.Key]stats.Counted, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, keys)
	counted := make(map[link.Key]stats.Counted)
	for _, key := range keys {
		counted[key] = stats.Counted{Total: stats.Total{Count: c.counts[key]}}
	}
	return counted, c.fail
}

func (c *counter) CountSince(_ context.Context, keys []link.Key, _ int64) (map[link.Key]stats.Total, error) {
	return map[link.Key]stats.Total{keys[0]: {Count: 1}}, nil
}

func (c *counter) set(key link.Key, n uint64, fail error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[key], c.fail = n, fail
}

func (c *counter) questions() [][]link.Key {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

var one, two = link.Key{Domain: "d", Code: "one"}, link.Key{Domain: "d", Code: "two"}

func start(t *testing.T) (*live.Live, *counter) {
	t.Helper()
	clicks := &counter{counts: make(map[link.Key]uint64)}
	l, err := live.New(live.Options{Clicks: clicks, PerOwner: 2, All: 3, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l.Start()
	t.Cleanup(func() { _ = l.Stop(context.Background()) })
	return l, clicks
}

func watch(t *testing.T, l *live.Live, key link.Key, owner string) *live.Watch {
	t.Helper()
	w, err := l.Watch(key, owner)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// next wants a count within a time, or none if it is -1.
func next(t *testing.T, w *live.Watch, within time.Duration, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	state, err := w.Next(ctx)
	switch {
	case want < 0 && !errors.Is(err, context.DeadlineExceeded):
		t.Errorf("told %v, %v; nothing has changed", state, err)
	case want >= 0 && (err != nil || state.Count != uint64(want)):
		t.Errorf("told %v, %v; want %d", state, err, want)
	}
}

func TestStatesComeWithinASecondAndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, clicks := start(t)
		clicks.set(one, 5, nil)
		w := watch(t, l, one, "a")
		defer w.Close()
		next(t, w, time.Millisecond, 5)
		next(t, w, 5*time.Second, -1)
		clicks.set(one, 6, nil)
		next(t, w, time.Second+time.Millisecond, 6)
		for n := range 10 {
			clicks.set(one, uint64(10+n), nil)
			time.Sleep(time.Second)
		}
		time.Sleep(time.Second)
		next(t, w, time.Millisecond, 19) // who was away is told the last state only
		next(t, w, 5*time.Second, -1)
	})
}

func TestAllThatIsWatchedIsOneQuestionASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, clicks := start(t)
		time.Sleep(time.Minute)
		if n := len(clicks.questions()); n != 0 {
			t.Errorf("%d questions for nobody", n)
		}
		for _, w := range []*live.Watch{watch(t, l, one, "a"), watch(t, l, one, "b"), watch(t, l, two, "b")} {
			next(t, w, 2*time.Second, 0)
			defer w.Close()
		}
		before := len(clicks.questions())
		time.Sleep(10 * time.Second)
		asked := clicks.questions()
		if n := len(asked) - before; n > 10 || len(asked[len(asked)-1]) != 2 {
			t.Errorf("%d questions in 10 s, of %v", n, asked[len(asked)-1])
		}
	})
}

func TestAnOutageIsOutlived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, clicks := start(t)
		clicks.set(one, 1, errors.New("down"))
		w := watch(t, l, one, "a")
		defer w.Close()
		next(t, w, 10*time.Second, -1)
		clicks.set(one, 2, nil)
		next(t, w, 2*time.Second, 2)
	})
}

func TestWatchesAreBounded(t *testing.T) {
	l, _ := start(t)
	first, _ := watch(t, l, one, "a"), watch(t, l, two, "a")
	if _, err := l.Watch(one, "a"); !errors.Is(err, live.ErrTooMany) {
		t.Errorf("a third watch of one owner: %v", err)
	}
	watch(t, l, one, "b")
	if _, err := l.Watch(one, "c"); !errors.Is(err, live.ErrFull) {
		t.Errorf("a fourth watch: %v", err)
	}
	first.Close()
	watch(t, l, one, "a")
}

func TestEndEndsAllWatches(t *testing.T) {
	l, _ := start(t)
	w := watch(t, l, one, "a")
	next(t, w, 10*time.Second, 0)
	ended := make(chan error)
	go func() {
		for {
			if _, err := w.Next(t.Context()); err != nil { // a minute may begin
				ended <- err
				return
			}
		}
	}()
	l.End()
	l.End()
	if err := <-ended; !errors.Is(err, live.ErrEnded) {
		t.Errorf("the watch ended with %v", err)
	}
	if _, err := l.Watch(one, "a"); !errors.Is(err, live.ErrEnded) {
		t.Errorf("a new watch: %v", err)
	}
}

func TestNewNamesWhatIsWrong(t *testing.T) {
	for field, o := range map[string]live.Options{
		"Clicks":   {Logger: slog.New(slog.DiscardHandler)},
		"Logger":   {Clicks: new(counter)},
		"Every":    {Clicks: new(counter), Every: -1},
		"PerOwner": {Clicks: new(counter), PerOwner: -1},
		"All":      {Clicks: new(counter), All: -1},
	} {
		if _, err := live.New(o); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
