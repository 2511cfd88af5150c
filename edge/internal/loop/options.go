package loop

import (
	"errors"
	"time"
)

// Options of Loops.
type Options struct {
	// First is how long a new connection may be silent. Default 10 s.
	First time.Duration
	// Idle is how long one may be silent between requests. Default 75 s.
	Idle time.Duration
	// Now is the clock. Default time.Now.
	Now func() time.Time

	between     time.Duration // from one sweep to the next: a second, but in tests
	first, idle int64         // in sweeps
}

func (o *Options) validate() error {
	if o.First == 0 {
		o.First = 10 * time.Second
	}
	if o.Idle == 0 {
		o.Idle = 75 * time.Second
	}
	if o.between == 0 {
		o.between = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.First < time.Second || o.Idle < time.Second {
		return errors.New("loop: First and Idle must be a second or more")
	}
	o.first, o.idle = int64(o.First/time.Second), int64(o.Idle/time.Second)
	return nil
}
