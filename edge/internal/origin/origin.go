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

// revalidations bounds the questions that run behind answers already given, so
// that a new epoch cannot fill the memory with them.
const revalidations = 64

// Origin fills the cache from a Resolver. Stop it before the cache is closed.
type Origin struct {
	options  Options
	flights  singleflight.Group
	behind   chan struct{} // holds a token per revalidation under way
	metrics  *metrics
	lifetime context.Context // of the flights, which outlive their callers
	end      context.CancelFunc

	mu      sync.Mutex
	stopped bool // guarded by mu: no flight begins any more
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
		behind:   make(chan struct{}, revalidations),
		metrics:  newMetrics(),
		lifetime: lifetime,
		end:      end,
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
// takes whatever the cache holds valid. ctx bounds the waiting only: the question
// goes on for others. The error wraps ErrUnavailable.
func (o *Origin) Fill(ctx context.Context, key link.Key, notBefore int64) (*cache.Entry, cache.Outcome, error) {
	for range tries {
		ticket := o.options.Cache.Begin(key, o.options.Now().UnixMilli())
		a, err := o.share(ctx, ticket, key, notBefore)
		if err != nil {
			return nil, cache.Miss, fmt.Errorf("%w: resolving %s: %w", ErrUnavailable, key, err)
		}
		if a.suits(notBefore) {
			return a.entry, a.outcome, nil
		}
		o.metrics.overtaken.Add(1)
	}
	return nil, cache.Miss, fmt.Errorf("%w: resolving %s: %d answers in a row were overtaken by changes", ErrUnavailable, key, tries)
}

// Revalidate asks about key behind the caller's back, unless so many such
// questions are under way that the next visitor may as well cause it.
func (o *Origin) Revalidate(key link.Key) {
	select {
	case o.behind <- struct{}{}:
	default:
		return
	}
	if !o.begin() {
		<-o.behind
		return
	}
	go func() {
		defer o.running.Done()
		defer func() { <-o.behind }()
		// A failure leaves the entry suspect, and the next visitor tries again.
		_, _, _ = o.Fill(o.lifetime, key, 0)
	}()
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

// answer is what a flight brings to all who share it.
type answer struct {
	entry   *cache.Entry
	outcome cache.Outcome // Hit, Absent, or Miss for overtaken
}

func (a answer) suits(notBefore int64) bool {
	return a.outcome == cache.Absent || a.outcome == cache.Hit && a.entry.KnownAt() >= notBefore
}

// share joins the flight of ticket, or starts it.
func (o *Origin) share(ctx context.Context, ticket cache.Ticket, key link.Key, notBefore int64) (answer, error) {
	if !o.begin() {
		return answer{}, errors.New("this edge is stopping")
	}
	done := o.flights.DoChan(ticket.Flight(), func() (any, error) {
		return o.ask(ticket, key, notBefore)
	})
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

// ask puts the question to the resolver, unless a flight that ended just before
// this one began has brought the answer.
func (o *Origin) ask(ticket cache.Ticket, key link.Key, notBefore int64) (answer, error) {
	c := o.options.Cache
	found, outcome := c.Find(key.Domain, []byte(key.Code), o.options.Now().UnixMilli())
	if a := (answer{found, outcome}); a.suits(notBefore) {
		return a, nil
	}
	ctx, cancel := context.WithTimeout(o.lifetime, o.options.Deadline)
	defer cancel()
	record, err := o.options.Resolver.Resolve(ctx, key)
	if err != nil {
		o.metrics.failed.Add(1)
		return answer{}, err
	}
	if record == nil {
		o.metrics.absent.Add(1)
		e, outcome := c.Complete(ticket, nil)
		return answer{e, outcome}, nil
	}
	l, err := record.ToLink()
	if err != nil || l.Key != key {
		o.metrics.refused.Add(1)
		return answer{nil, c.Refuse(ticket)}, nil
	}
	o.metrics.found.Add(1)
	e, outcome := c.Complete(ticket, &l)
	return answer{e, outcome}, nil
}
