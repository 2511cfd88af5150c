package origin

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/sync/link"
)

// ErrUnavailable means that no answer is to be had now: 503, try again later.
var ErrUnavailable = errors.New("no answer from the control plane")

// tries bounds how often one caller asks again because changes overtook the
// answer. Each try takes a round trip, so a key would have to change faster than
// that, eight times in a row.
const tries = 8

// Origin fills the cache from a Resolver. Stop it before the cache is closed.
type Origin struct {
	options  Options
	flights  singleflight.Group
	turns    *turns
	metrics  *metrics
	lifetime context.Context // of the flights, which outlive their callers
	end      context.CancelFunc

	mu      sync.Mutex
	stopped bool                  // guarded by mu: no flight begins any more
	behind  map[link.Key]struct{} // guarded by mu: revalidations under way
	running sync.WaitGroup
}

// New makes an Origin. It asks nobody yet.
func New(o Options) (*Origin, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	lifetime, end := context.WithCancel(context.Background())
	return &Origin{
		options:  o,
		turns:    newTurns(o.Asking, o.Queue),
		metrics:  newMetrics(),
		lifetime: lifetime,
		end:      end,
		behind:   make(map[link.Key]struct{}),
	}, nil
}

// Stop abandons the questions under way and waits for them.
func (o *Origin) Stop() {
	o.mu.Lock()
	o.stopped = true
	o.mu.Unlock()
	o.end()
	o.running.Wait()
}

// Fill finds out what key answers with: Hit with an entry, or Absent. The answer
// was known to be the newest at notBefore (Unix milliseconds) or later; zero
// takes whatever the cache holds valid. Suspect is the larder's answer, however
// old: nobody who knows better answered. ctx bounds the waiting only: the
// question goes on for others. The error wraps ErrUnavailable.
func (o *Origin) Fill(ctx context.Context, key link.Key, notBefore int64) (*cache.Entry, cache.Outcome, error) {
	return o.fill(ctx, question{key: key, notBefore: notBefore, larder: true})
}

func (o *Origin) fill(ctx context.Context, q question) (*cache.Entry, cache.Outcome, error) {
	for range tries {
		// The larder's epoch first: a link must not be kept as of a later one than
		// it was asked for in.
		q.epoch = o.options.Larder.Epoch()
		q.asked = o.options.Now().UnixMilli()
		q.ticket = o.options.Cache.Begin(q.key, q.asked)
		a, err := o.share(ctx, q)
		if err != nil {
			return nil, cache.Miss, fmt.Errorf("%w: resolving %s: %w", ErrUnavailable, q.key, err)
		}
		if o.suits(a, q) || a.outcome == cache.Suspect {
			return a.entry, a.outcome, nil
		}
		o.metrics.overtaken.Add(1)
	}
	return nil, cache.Miss, fmt.Errorf("%w: resolving %s: %d answers in a row were overtaken by changes", ErrUnavailable, q.key, tries)
}

// begin counts one more goroutine, unless Stop was called.
func (o *Origin) begin() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stopped {
		return false
	}
	o.running.Add(1)
	return true
}

// share joins the flight of q's ticket, or starts it.
func (o *Origin) share(ctx context.Context, q question) (answer, error) {
	if !o.begin() {
		return answer{}, errors.New("this edge is stopping")
	}
	done := o.flights.DoChan(q.ticket.Flight(), func() (any, error) { return o.ask(q) })
	// The flight may outlive this caller; Stop waits for whichever ends later.
	select {
	case r := <-done:
		o.running.Done()
		if r.Err != nil {
			return answer{}, r.Err
		}
		return r.Val.(answer), nil
	case <-ctx.Done():
		go func() {
			defer o.running.Done()
			<-done
		}()
		return answer{}, ctx.Err()
	}
}
