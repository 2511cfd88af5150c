package limit

import (
	"errors"
	"math"
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Options of a Limiter.
type Options struct {
	// Rate is how many unknown codes a second an address may ask for in the long
	// run. Default 50; a negative one is no bound.
	Rate float64
	// Burst is how many it may ask for at once. Default 500.
	Burst int
	// Addresses is how many are remembered, at about 150 bytes each. Default
	// 65,536.
	Addresses int
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

func (o *Options) validate() error {
	if o.Rate == 0 {
		o.Rate = 50
	}
	if o.Burst == 0 {
		o.Burst = 500
	}
	if o.Addresses == 0 {
		o.Addresses = 64 << 10
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case math.IsNaN(o.Rate) || math.IsInf(o.Rate, 0):
		return errors.New("limit: Rate must be a number")
	case o.Burst < 0 || o.Addresses < 0:
		return errors.New("limit: Burst and Addresses must be positive")
	}
	return nil
}

// Limiter knows who asked for what does not exist.
type Limiter struct {
	options Options

	mu      sync.Mutex
	buckets *simplelru.LRU[netip.Addr, bucket] // guarded by mu
}

// bucket is an address's tokens at a moment.
type bucket struct {
	tokens float64
	at     time.Time
	last   uint64 // what was charged last
}

// New checks the options.
func New(o Options) (*Limiter, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	buckets, err := simplelru.NewLRU[netip.Addr, bucket](o.Addresses, nil)
	if err != nil {
		return nil, err
	}
	return &Limiter{options: o, buckets: buckets}, nil
}

// Wait is how long holder has to wait before it may ask for something that may
// not exist; 0 if it may now. A holder that is not valid never waits.
func (l *Limiter) Wait(holder netip.Addr) time.Duration {
	if l.options.Rate < 0 || !holder.IsValid() {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.buckets.Peek(holder)
	if !known {
		return 0
	}
	b = l.refill(b)
	if b.tokens >= 1 {
		return 0
	}
	return time.Duration((1 - b.tokens) / l.options.Rate * float64(time.Second))
}

// Charge takes a token from holder, because what it asked for does not exist.
// Asking for the same thing again right after costs nothing: a dead link that
// many follow is no enumeration.
func (l *Limiter) Charge(holder netip.Addr, what uint64) {
	if l.options.Rate < 0 || !holder.IsValid() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.buckets.Peek(holder)
	if !known {
		b = bucket{tokens: float64(l.options.Burst), at: l.options.Now()}
	}
	if known && b.last == what {
		return
	}
	b = l.refill(b)
	// Questions under way when the bucket ran dry are a debt of a second at most.
	b.tokens = max(b.tokens-1, -l.options.Rate)
	b.last = what
	l.buckets.Add(holder, b)
}

// refill is b now. A clock that was set back takes nothing away.
func (l *Limiter) refill(b bucket) bucket {
	now := l.options.Now()
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.tokens = min(b.tokens+passed*l.options.Rate, float64(l.options.Burst))
	}
	b.at = now
	return b
}

// Holders is how many addresses are remembered.
func (l *Limiter) Holders() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buckets.Len()
}
