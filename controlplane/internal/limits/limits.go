package limits

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Options of a Limiter.
type Options struct {
	// Clients is how many are remembered; 0 means 100,000. A client that is forgotten
	// has a full bucket; the least recently seen goes first, and its bucket is full
	// anyhow unless that many clients come within a second. Clients that anybody can be
	// any number of do not belong in a Limiter with others.
	Clients int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Limiter counts requests. It is safe for concurrent use.
type Limiter struct {
	now func() time.Time

	mu sync.Mutex
	// full is when each client's bucket is full again, in nanoseconds since
	// start. Owned by mu.
	full  *simplelru.LRU[string, time.Duration]
	start time.Time
}

// New makes a Limiter.
func New(o Options) (*Limiter, error) {
	if o.Clients == 0 {
		o.Clients = 100_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	full, err := simplelru.NewLRU[string, time.Duration](o.Clients, nil)
	if err != nil {
		return nil, fmt.Errorf("limits: Clients: %w", err)
	}
	return &Limiter{now: o.Now, full: full, start: o.Now()}, nil
}

// Decision is what a client may be told.
type Decision struct {
	Allowed   bool
	Limit     int           // requests a second
	Remaining int           // requests that would pass now
	Reset     time.Duration // until the bucket is full
	Retry     time.Duration // until one request passes; 0 if allowed
}

// errRate names a bug of the caller.
var errRate = errors.New("limits: rate is not above 0")

// Take counts a request of client, which may make rate a second. A refused
// request costs nothing.
func (l *Limiter) Take(client string, rate int) (Decision, error) {
	if rate <= 0 {
		return Decision{}, errRate
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	// The monotonic clock, so that a clock that is set forgives and punishes nobody.
	now := l.now().Sub(l.start)
	interval := time.Second / time.Duration(rate)
	full, _ := l.full.Get(client)
	full = max(full, now)
	decision := Decision{Limit: rate}
	if wait := full + interval - now - time.Duration(rate)*interval; wait > 0 {
		decision.Retry = wait
	} else {
		decision.Allowed = true
		full += interval
		l.full.Add(client, full)
	}
	decision.Reset = full - now
	decision.Remaining = int(max(0, time.Duration(rate)*interval-decision.Reset) / interval)
	return decision, nil
}

// Return gives back what an allowed Take has counted of client.
func (l *Limiter) Return(client string, rate int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if full, ok := l.full.Get(client); ok {
		l.full.Add(client, full-time.Second/time.Duration(rate))
	}
}
