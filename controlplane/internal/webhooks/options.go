package webhooks

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options of New. Those without a default are required.
type Options struct {
	Store Store
	// Workspace says whether there is one.
	Workspace func(ctx context.Context, id string) (bool, error)
	// Private lets targets be inside this network, and be reached by http on
	// loopback. For tests and for networks whose users are all trusted.
	Private bool
	// Every is how often replicas look for something to tell. Default 1 s.
	Every time.Duration
	// Within bounds one attempt. Default 15 s.
	Within time.Duration
	// Now is the clock. Default time.Now.
	Now        func() time.Time
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

func (o *Options) validate() error {
	if o.Every == 0 {
		o.Every = time.Second
	}
	if o.Within == 0 {
		o.Within = 15 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Store == nil:
		return errors.New("webhooks: Store is missing")
	case o.Workspace == nil:
		return errors.New("webhooks: Workspace is missing")
	case o.Every < 0 || o.Within < 0:
		return errors.New("webhooks: Every and Within must be positive")
	case o.Logger == nil:
		return errors.New("webhooks: Logger is missing")
	case o.Registerer == nil:
		return errors.New("webhooks: Registerer is missing")
	}
	return nil
}
