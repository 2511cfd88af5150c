package origin

import (
	"context"
	"errors"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Resolver reads links from where the truth is.
type Resolver interface {
	// Resolve reads strongly: its answer is at least as new as every change
	// committed before the call. A nil record without an error means that no link
	// ever had this key. It is safe to repeat, and returns soon after ctx ends.
	Resolve(ctx context.Context, key link.Key) (*wire.Record, error)
}

// Options of an Origin.
type Options struct {
	Cache    *cache.Cache
	Resolver Resolver
	// Deadline bounds one question, whoever waits for it. Default 2 s.
	Deadline time.Duration
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

func (o *Options) validate() error {
	if o.Deadline == 0 {
		o.Deadline = 2 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Cache == nil:
		return errors.New("origin: Cache is missing")
	case o.Resolver == nil:
		return errors.New("origin: Resolver is missing")
	case o.Deadline < 0:
		return errors.New("origin: Deadline must be positive")
	}
	return nil
}
