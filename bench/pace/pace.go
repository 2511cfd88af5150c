package pace

import (
	"errors"
	"math"
	"math/bits"
	"time"
)

// Pacer gives the moment, counted from the start of the load, at which request
// n (from 0) is meant to be sent. When timed is false there is no such moment:
// the request follows as soon as a connection is free.
type Pacer func(n uint64) (at time.Duration, timed bool)

// Closed is a closed loop: each connection sends its next request when it has
// its answer. It finds the peak throughput; its latencies hide what a stalled
// server did to the requests that were not sent meanwhile.
func Closed() Pacer {
	return func(uint64) (time.Duration, bool) { return 0, false }
}

// Fixed is an open loop of perSecond requests at fixed intervals, whatever the
// server does. Latencies taken from its moments include the waiting that a
// stall caused (no coordinated omission).
func Fixed(perSecond uint64) (Pacer, error) {
	if perSecond == 0 {
		return nil, errors.New("requests per second must be at least 1")
	}
	return func(n uint64) (time.Duration, bool) {
		return scale(n, uint64(time.Second), perSecond), true
	}, nil
}

// scale is n × unit / per in 128 bits, so that moments neither drift by a
// rounded interval nor overflow; past the largest Duration it stays there.
func scale(n, unit, per uint64) time.Duration {
	hi, lo := bits.Mul64(n, unit)
	if hi >= per {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, per)
	return time.Duration(min(q, math.MaxInt64))
}
