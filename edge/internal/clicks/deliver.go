package clicks

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// deliver sends one batch, unchanged, until it is acknowledged or refused. It
// gives up only when ctx ends, or when there is nothing in the batch and somebody
// waits for the end: the next start tells as well.
func (r *Recorder) deliver(ctx context.Context, batch *wire.Batch) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = 50 * time.Millisecond
	pause.MaxInterval = 2 * time.Second
	for attempt := 1; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, r.options.Attempt)
		err := r.options.Plane.Ship(limited, batch)
		cancel()
		if err == nil || errors.Is(err, ErrRefused) {
			r.told = r.options.Now()
			return err
		}
		if attempt == 1 {
			r.options.Logger.Warn("shipping clicks failed; they are kept and sent again",
				"error", err, "sequence", batch.GetSequence(), "counts", len(r.tally.all))
		}
		if batch.GetLast() && len(r.tally.all) == 0 && r.stopping() {
			r.abandon()
			return err
		}
		select {
		case <-time.After(pause.NextBackOff()):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *Recorder) stopping() bool {
	select {
	case <-r.stop:
		return true
	default:
		return false
	}
}

// setAside keeps clicks that will never be booked for the operator.
func (r *Recorder) setAside(b spool.Batch, cause error) {
	r.metrics.conflicts.Add(1)
	err := r.cursor.SetAside()
	r.options.Logger.Error("clicks are set aside: the control plane has other ones under their number. Was the data folder copied, or do two edges have this id?",
		"edge", r.options.Edge, "epoch", b.Epoch, "sequence", b.Sequence, "cause", cause, "error", err)
}

// rest waits after refusals that follow each other: a control plane that refuses
// everything must not fill the disk with what is set aside.
func (r *Recorder) rest(ctx context.Context) {
	pause := min(time.Second<<min(r.refusals, 10)/2, 5*time.Minute)
	r.refusals++
	if r.refusals == 1 {
		return
	}
	select {
	case <-time.After(pause):
	case <-r.stop:
	case <-ctx.Done():
	}
}
