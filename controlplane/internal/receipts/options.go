package receipts

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Feed is where replicas meet; feed.Client is one.
type Feed interface {
	// Edges lists the edges that are present now.
	Edges(ctx context.Context) ([]*wire.Presence, error)
	// ShareApplied tells all replicas how far up to feed.MaxBatch edges are. A
	// failure does no harm: the next report replaces it.
	ShareApplied(ctx context.Context, reports []*wire.Applied) error
	// FollowApplied tells hear what replicas share, until ctx ends.
	FollowApplied(ctx context.Context, hear func(*wire.Applied))
}

// Options of a Book. All but Now are required.
type Options struct {
	Feed Feed
	// Logger is told when sharing begins to fail and when it works again.
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

func (o *Options) complete() error {
	switch {
	case o.Feed == nil:
		return errors.New("receipts: Feed is missing")
	case o.Logger == nil:
		return errors.New("receipts: Logger is missing")
	case o.Registerer == nil:
		return errors.New("receipts: Registerer is missing")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}
