package admission

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// ErrRefused: the request was not let in and has done nothing. To come again in a
// second is safe.
var ErrRefused = errors.New("refused")

// RetryAfter is what to tell those who were refused, in seconds.
const RetryAfter = "1"

// Gate admits requests. It is safe for concurrent use.
type Gate struct {
	options  Options
	metrics  metrics
	slots    chan struct{} // a value for each request that is inside
	waiting  atomic.Int64
	failures atomic.Int64 // in a row
	closed   atomic.Bool
}

// New gives an open gate.
func New(o Options) (*Gate, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	g := &Gate{options: o, slots: make(chan struct{}, o.Slots)}
	var err error
	if g.metrics, err = newMetrics(o, g); err != nil {
		return nil, fmt.Errorf("admission: %w", err)
	}
	return g, nil
}

// Enter lets a request in, or refuses it. Who was let in calls leave once, and
// says whether the database failed to answer.
func (g *Gate) Enter(ctx context.Context) (leave func(failed bool), err error) {
	if err := g.Check(); err != nil {
		return nil, err
	}
	select {
	case g.slots <- struct{}{}:
		return g.leave, nil
	default:
	}
	if err := g.wait(ctx); err != nil {
		return nil, err
	}
	if g.closed.Load() { // meanwhile
		<-g.slots
		g.metrics.closed.Inc()
		return nil, fmt.Errorf("%w: the database does not answer", ErrRefused)
	}
	return g.leave, nil
}

// Check refuses while the database does not answer. It is for requests that last
// so long that they must not hold a slot.
func (g *Gate) Check() error {
	if g.closed.Load() {
		g.metrics.closed.Inc()
		return fmt.Errorf("%w: the database does not answer", ErrRefused)
	}
	return nil
}

// wait waits for a slot in the queue.
func (g *Gate) wait(ctx context.Context) error {
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > int64(g.options.Queue) {
		g.metrics.full.Inc()
		return fmt.Errorf("%w: too many requests are waiting", ErrRefused)
	}
	timer := time.NewTimer(g.options.Wait)
	defer timer.Stop()
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-timer.C:
		g.metrics.late.Inc()
		return fmt.Errorf("%w: too many requests are under way", ErrRefused)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *Gate) leave(failed bool) {
	<-g.slots
	if !failed {
		g.failures.Store(0)
	} else if g.failures.Add(1) >= int64(g.options.Trip) {
		g.closed.Store(true)
	}
}

// Tell says whether the database has just given a sign of life.
func (g *Gate) Tell(alive bool) {
	if alive {
		g.failures.Store(0)
	}
	g.closed.Store(!alive)
}
