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

// Larder has older answers for when nobody knows better. All but Look return at
// once, and all are safe to repeat.
type Larder interface {
	// Look finds a link and the last moment, in Unix milliseconds, at which it was
	// known to be the newest. It may read the disk.
	Look(key link.Key) (found link.Link, knownAt int64, ok bool)
	// Epoch is to be taken before a question whose answer Keep is given.
	Epoch() uint64
	// Keep stores the answer to a question that was asked at asked in epoch.
	Keep(l *link.Link, epoch uint64, asked int64)
	// Drop forgets a link.
	Drop(key link.Key)
}

// Options of an Origin. Cache and Resolver are required.
type Options struct {
	Cache    *cache.Cache
	Resolver Resolver
	// Larder, if set, answers when the Resolver does not.
	Larder Larder
	// Strict says whether all links of a domain are, so that the larder is no help
	// for them. Default: no domain is.
	Strict func(domain string) bool
	// Deadline bounds one question, whoever waits for it. Default 2 s.
	Deadline time.Duration
	// Patience is how long the Resolver is waited for where the larder has an
	// answer. Default 150 ms: longer than a round trip between continents as a
	// rule, and bearable for a visitor.
	Patience time.Duration
	// Asking is how many questions may be under way at once. Default 256, as many
	// as a control plane answers at once on one connection.
	Asking int
	// Queue is how many more may wait for their turn, until their deadline; the
	// next ones fail at once. Default 4,096.
	Queue int
	// Jitter is by how much revalidations are delayed at most, so that edges which
	// lost the feed at one moment do not all ask at one moment. Default 50 ms.
	Jitter time.Duration
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

func (o *Options) validate() error {
	o.defaults()
	switch {
	case o.Cache == nil:
		return errors.New("origin: Cache is missing")
	case o.Resolver == nil:
		return errors.New("origin: Resolver is missing")
	case o.Deadline < 0:
		return errors.New("origin: Deadline must be positive")
	case o.Patience < 0:
		return errors.New("origin: Patience must be positive")
	case o.Asking < 0:
		return errors.New("origin: Asking must be positive")
	case o.Queue < 0:
		return errors.New("origin: Queue must be positive")
	case o.Jitter < 0:
		return errors.New("origin: Jitter must be positive")
	}
	return nil
}

func (o *Options) defaults() {
	if o.Larder == nil {
		o.Larder = noLarder{}
	}
	if o.Strict == nil {
		o.Strict = func(string) bool { return false }
	}
	if o.Deadline == 0 {
		o.Deadline = 2 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 150 * time.Millisecond
	}
	if o.Asking == 0 {
		o.Asking = 256
	}
	if o.Queue == 0 {
		o.Queue = 4096
	}
	if o.Jitter == 0 {
		o.Jitter = 50 * time.Millisecond
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// noLarder is empty.
type noLarder struct{}

func (noLarder) Look(link.Key) (link.Link, int64, bool) { return link.Link{}, 0, false }
func (noLarder) Epoch() uint64                          { return 0 }
func (noLarder) Keep(*link.Link, uint64, int64)         {}
func (noLarder) Drop(link.Key)                          {}
