package follower

import (
	"errors"
	"log/slog"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
)

// DetachedAfter is how long the feed may be silent before an edge calls itself
// detached.
const DetachedAfter = 2 * time.Second

// Options of a Follower.
type Options struct {
	Cache *cache.Cache
	// Now is the clock. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

func (o *Options) validate() error {
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Cache == nil:
		return errors.New("follower: Cache is missing")
	case o.Logger == nil:
		return errors.New("follower: Logger is missing")
	}
	return nil
}
