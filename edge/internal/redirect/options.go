package redirect

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/limit"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Lookup is where links come from.
type Lookup interface {
	// Find looks in memory and never waits. The entry comes with Hit and Suspect;
	// code is not kept. now is Unix milliseconds.
	Find(domain string, code []byte, now int64) (*cache.Entry, cache.Outcome)
	// KnownAt is when an entry was last known to be the newest, in Unix milliseconds.
	KnownAt(e *cache.Entry) int64
	// Fill asks the control plane, and waits until ctx ends. It gives Hit with an
	// entry known to be the newest at notBefore (Unix milliseconds) or later,
	// Absent, or Suspect with an older entry if nobody who knows better answers.
	Fill(ctx context.Context, key link.Key, notBefore int64) (*cache.Entry, cache.Outcome, error)
	// Revalidate asks behind the caller's back and returns at once. It may do
	// nothing; the next request for the key will call it again.
	Revalidate(key link.Key)
}

// Recorder counts clicks.
type Recorder interface {
	// Record counts one click. It never waits for I/O and cannot fail.
	Record(clicks.Click)
}

// View is what the edge knows of its domains.
type View interface {
	// Hosts is the newest table, or nil before the domains are known.
	Hosts() *Hosts
}

// StrictAge is how old the knowledge of a strict link may be: as long as it may
// take to notice that the feed is silent.
const StrictAge = 2 * time.Second

// Options of a Handler and its Server.
type Options struct {
	// Addr is host:port to listen on; port 0 picks a free one.
	Addr string
	// Ports is how connections come in beside Addr. A Handler has no use for it.
	Ports    Ports
	Lookup   Lookup
	Recorder Recorder
	View     View
	// MaxStale is how old the knowledge of a link may be that is not strict.
	// Default 24 h.
	MaxStale time.Duration
	// Wait is how long a request waits for the control plane. Default 3 s: one
	// question (2 s) and what is left to ask again if a change overtook it.
	Wait time.Duration
	// Unknown bounds how many codes an address may ask for that do not exist.
	Unknown limit.Options
	// Now is the clock. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

func (o *Options) validate() error {
	if o.MaxStale == 0 {
		o.MaxStale = 24 * time.Hour
	}
	if o.Wait == 0 {
		o.Wait = 3 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Lookup == nil:
		return errors.New("redirect: Lookup is missing")
	case o.Recorder == nil:
		return errors.New("redirect: Recorder is missing")
	case o.View == nil:
		return errors.New("redirect: View is missing")
	case o.Logger == nil:
		return errors.New("redirect: Logger is missing")
	case o.MaxStale < 0:
		return errors.New("redirect: MaxStale must be positive")
	case o.Wait < 0:
		return errors.New("redirect: Wait must be positive")
	}
	return nil
}
