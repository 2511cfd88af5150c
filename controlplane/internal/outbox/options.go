package outbox

import (
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options of an Outbox. All but Now are required.
type Options struct {
	Store     Store
	Publisher Publisher
	// Logger is told when publishing begins to fail and when it works again.
	Logger *slog.Logger
	// Now is the clock that delays are measured by; nil means time.Now.
	Now        func() time.Time
	Registerer prometheus.Registerer
}

func (o *Options) complete() error {
	switch {
	case o.Store == nil:
		return errors.New("outbox: Store is missing")
	case o.Publisher == nil:
		return errors.New("outbox: Publisher is missing")
	case o.Logger == nil:
		return errors.New("outbox: Logger is missing")
	case o.Registerer == nil:
		return errors.New("outbox: Registerer is missing")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}
