package clicks

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// beatEvery is how often a control plane hears how far this edge is, when there
	// are no clicks to tell of.
	beatEvery = time.Second
	// straggle is for how long a request may wait between the moment that its click
	// is counted under and its answer: for a control plane, most of all.
	straggle = 4 * time.Second
)

// shipAll ships batch after batch until Stop was called and nothing is left, or
// ctx ends.
func (r *Recorder) shipAll(ctx context.Context) {
	tick := time.NewTicker(r.options.Interval)
	defer tick.Stop()
	stop := r.stop
	for ctx.Err() == nil {
		switch more, err := r.shipNext(ctx); {
		case more:
			continue
		case err == nil && stop == nil:
			return
		}
		select {
		case <-tick.C:
		case <-stop:
			stop = nil
		case <-ctx.Done():
		}
	}
}

// shipNext ships a batch, if there is one, and says whether there is more than it
// could hold.
func (r *Recorder) shipNext(ctx context.Context) (more bool, err error) {
	r.tally.reset()
	b, ok, err := r.cursor.Next(r.tally.add)
	if err != nil {
		r.options.Logger.Error("clicks cannot be taken from the spool; it is tried again", "error", err)
		return false, err
	}
	r.advance(b.Until)
	if !ok {
		r.caught.Store(max(b.Until, r.caught.Load()))
		r.beat(ctx)
		return false, nil
	}
	err = r.deliver(ctx, r.batch(b))
	switch {
	case errors.Is(err, ErrRefused):
		r.setAside(b, err)
		return true, nil
	case err != nil:
		return false, err
	}
	r.metrics.shipped.Add(b.Count)
	r.caught.Store(max(b.Until, r.caught.Load()))
	if err := r.cursor.Done(); err != nil {
		r.options.Logger.Warn("a batch that was shipped would be shipped again after a crash; it is not counted again", "error", err)
	}
	return b.Until == 0, nil
}

func (r *Recorder) batch(b spool.Batch) *wire.Batch {
	return &wire.Batch{
		Edge: r.options.Edge, Epoch: b.Epoch, Sequence: b.Sequence, Counts: r.tally.counts(), Boot: r.spool.Boot(),
		Digest: b.Digest, Watermark: r.watermark, Last: b.Last,
	}
}

// advance says up to when figures are final once the batch in hand is shipped.
// That never falls, though the clock may.
func (r *Recorder) advance(until int64) {
	r.watermark = max(r.watermark, until-straggle.Milliseconds())
}

// beat tells a control plane how far this edge is, unless it has just heard. If
// that fails, the next beat says as much.
func (r *Recorder) beat(ctx context.Context) {
	now := r.options.Now()
	if r.watermark == 0 || now.Sub(r.told).Abs() < beatEvery {
		return
	}
	r.told = now
	ctx, cancel := context.WithTimeout(ctx, min(beatEvery, r.options.Attempt))
	defer cancel()
	_ = r.options.Plane.Ship(ctx, &wire.Batch{
		Edge: r.options.Edge, Epoch: r.spool.Boot(), Boot: r.spool.Boot(), Watermark: r.watermark,
	})
}

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
				"error", err, "sequence", batch.GetSequence(), "counts", len(batch.GetCounts()))
		}
		if batch.GetLast() && len(batch.GetCounts()) == 0 && r.stopping() {
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
