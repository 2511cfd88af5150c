package ingest

import (
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options of an Ingest. Those without a default are required.
type Options struct {
	Store Store
	// Logger is told of batches that are refused, because their clicks are lost.
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	// Now says which salts may be given; nil means time.Now.
	Now func() time.Time
}

func (o *Options) complete() error {
	switch {
	case o.Store == nil:
		return errors.New("ingest: Store is missing")
	case o.Logger == nil:
		return errors.New("ingest: Logger is missing")
	case o.Registerer == nil:
		return errors.New("ingest: Registerer is missing")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}
