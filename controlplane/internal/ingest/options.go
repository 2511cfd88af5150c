package ingest

import (
	"errors"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
)

// Options of an Ingest. All are required.
type Options struct {
	Store Store
	// Logger is told of batches that are refused, because their clicks are lost.
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

func (o *Options) validate() error {
	switch {
	case o.Store == nil:
		return errors.New("ingest: Store is missing")
	case o.Logger == nil:
		return errors.New("ingest: Logger is missing")
	case o.Registerer == nil:
		return errors.New("ingest: Registerer is missing")
	}
	return nil
}
