package follower

import (
	"errors"
	"log/slog"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// DetachedAfter is how long the feed may be silent before an edge calls itself
// detached.
const DetachedAfter = 2 * time.Second

// Larder is what outlives this process. Its methods may be repeated, and none
// waits for long.
type Larder interface {
	// Change replaces what is held of a link; committed is Unix milliseconds, or 0.
	Change(l *link.Link, committed int64)
	// Drop forgets a link.
	Drop(link.Key)
	// Kept rises whenever a fill has stored a link. If it rises between a Change or
	// Drop and the moment at which memory has the change, it must be told again.
	Kept() uint64
	// Rebase says that changes may have been missed.
	Rebase()
	// Confirm says that all changes up to asOf, in Unix milliseconds, were told.
	Confirm(asOf int64)
	// SetDomains keeps the settings of all domains.
	SetDomains([]*wire.Domain)
}

// Options of a Follower. Cache and Logger are required.
type Options struct {
	Cache *cache.Cache
	// Larder, if set, is told everything that memory is told.
	Larder Larder
	// Domains are served until the feed has told the domains itself.
	Domains []*wire.Domain
	// Now is the clock. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

func (o *Options) validate() error {
	if o.Larder == nil {
		o.Larder = noLarder{}
	}
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

// noLarder keeps nothing.
type noLarder struct{}

func (noLarder) Change(*link.Link, int64)  {}
func (noLarder) Drop(link.Key)             {}
func (noLarder) Kept() uint64              { return 0 }
func (noLarder) Rebase()                   {}
func (noLarder) Confirm(int64)             {}
func (noLarder) SetDomains([]*wire.Domain) {}
