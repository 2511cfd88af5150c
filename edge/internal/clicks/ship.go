package clicks

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// shipAll ships batch after batch until Stop was called and nothing is left, or
// ctx ends.
func (r *Recorder) shipAll(ctx context.Context) {
	for sequence := uint64(1); ; {
		stopping := r.awaitClicks()
		counts := r.tally.take(r.options.BatchRows)
		if len(counts) == 0 {
			if stopping {
				return
			}
			continue
		}
		batch := &wire.Batch{Edge: r.options.Edge, Epoch: r.epoch, Sequence: sequence, Counts: counts}
		if !r.shipOne(ctx, batch) {
			r.unacknowledged = sum(counts)
			return
		}
		r.metrics.shipped.Add(sum(counts))
		sequence++
		if len(counts) == r.options.BatchRows {
			r.rouse() // there may be more than one batch holds
		}
	}
}

// awaitClicks waits for a drain, and says whether it was the last.
func (r *Recorder) awaitClicks() (stopping bool) {
	select {
	case <-r.stop:
		return true
	case <-r.wake:
		return false
	}
}

// rouse makes the shipper look at the tally.
func (r *Recorder) rouse() {
	select {
	case r.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// shipOne sends one batch, unchanged, until it is acknowledged. It gives up only
// when ctx ends.
func (r *Recorder) shipOne(ctx context.Context, batch *wire.Batch) bool {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = 50 * time.Millisecond
	pause.MaxInterval = 2 * time.Second
	for attempt := 1; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, r.options.Attempt)
		err := r.options.Shipper.Ship(limited, batch)
		cancel()
		if err == nil {
			return true
		}
		if attempt == 1 {
			r.options.Logger.Warn("shipping clicks failed; they are kept and sent again",
				"error", err, "sequence", batch.GetSequence(), "counts", len(batch.GetCounts()))
		}
		select {
		case <-time.After(pause.NextBackOff()):
		case <-ctx.Done():
			return false
		}
	}
}
