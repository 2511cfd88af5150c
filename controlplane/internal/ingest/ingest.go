package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// ErrInvalid: the batch can never be booked; to send it again is of no use.
var ErrInvalid = errors.New("invalid batch")

// Ingest books batches. It is safe for concurrent use and holds no state: any
// replica may take any batch.
type Ingest struct {
	options Options
	metrics metrics
}

// New checks the options.
func New(o Options) (*Ingest, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	m, err := newMetrics(o.Registerer)
	if err != nil {
		return nil, err
	}
	return &Ingest{options: o, metrics: m}, nil
}

// Ship books b once. duplicate says that it had been booked before. It is
// durable when the error is nil; after an error other than ErrInvalid the sender
// sends b again, unchanged. A batch is booked as a whole or not at all.
func (i *Ingest) Ship(ctx context.Context, b *wire.Batch) (duplicate bool, err error) {
	if err := check(b); err != nil {
		i.metrics.invalid.Inc()
		i.options.Logger.Error("a batch of clicks is refused", "edge", b.GetEdge(), "epoch", b.GetEpoch(),
			"sequence", b.GetSequence(), "counts", len(b.GetCounts()), "error", err)
		return false, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	duplicate, err = i.options.Store.AddBatch(ctx, b)
	switch {
	case err != nil:
		i.metrics.failed.Inc()
		return false, fmt.Errorf("booking clicks: %w", err)
	case duplicate:
		i.metrics.duplicate.Inc()
	default:
		i.metrics.booked.Inc()
	}
	return duplicate, nil
}
