package live

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Clicks says how often links were clicked.
type Clicks interface {
	// Count gives the clicks of each link. Safe to retry.
	Count(ctx context.Context, keys []link.Key) (map[link.Key]stats.Counted, error)
	// CountSince gives those of the minutes from the Unix minute on. Safe to retry.
	CountSince(ctx context.Context, keys []link.Key, minute int64) (map[link.Key]stats.Total, error)
}

// Options of New. Those without a default are required.
type Options struct {
	Clicks Clicks
	// Every is how often the database is asked; 0 means a second.
	Every time.Duration
	// PerOwner and All bound the watches of one owner and of this replica; 0 means
	// 100 and 10,000.
	PerOwner, All int
	// Logger is told when the database begins to fail and when it answers again.
	Logger *slog.Logger
	Now    func() time.Time // nil means time.Now
}

func (o *Options) complete() error {
	switch {
	case o.Clicks == nil:
		return errors.New("live: Clicks is missing")
	case o.Every < 0:
		return errors.New("live: Every is negative")
	case o.PerOwner < 0:
		return errors.New("live: PerOwner is negative")
	case o.All < 0:
		return errors.New("live: All is negative")
	case o.Logger == nil:
		return errors.New("live: Logger is missing")
	}
	if o.Every == 0 {
		o.Every = time.Second
	}
	if o.PerOwner == 0 {
		o.PerOwner = 100
	}
	if o.All == 0 {
		o.All = 10_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}
