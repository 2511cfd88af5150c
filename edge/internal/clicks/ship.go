package clicks

import (
	"context"
	"errors"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// beatEvery is how often a control plane hears how far this edge is, when there
	// are no clicks to tell of.
	beatEvery = time.Second
	unheard   = time.Minute
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
			_ = r.tell(ctx, true) // without, figures wait for this edge until it starts again or is deleted
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
	if err != nil && !r.failing {
		r.options.Logger.Error("clicks cannot be taken from the spool; it is tried again", "error", err)
	}
	if r.failing = err != nil; r.failing {
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
		r.rest(ctx)
		return true, nil
	case err != nil:
		return false, err
	}
	r.refusals = 0
	r.metrics.shipped.Add(b.Count)
	r.caught.Store(max(b.Until, r.caught.Load()))
	if err := r.cursor.Done(); err != nil {
		r.options.Logger.Warn("a batch that was shipped would be shipped again after a crash; it is not counted again", "error", err)
	}
	return b.Until == 0, nil
}

// batch is what is shipped of b, until the next one is begun.
func (r *Recorder) batch(b spool.Batch) *wire.Batch {
	batch := &wire.Batch{
		Edge: r.options.Edge, Epoch: b.Epoch, Sequence: b.Sequence, Boot: r.spool.Boot(), Digest: b.Digest, Watermark: r.watermark, Last: b.Last,
	}
	batch.ProtoReflect().SetUnknown(r.tally.encode())
	return batch
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
	if r.watermark == 0 || now.Sub(r.told).Abs() < r.pace {
		return
	}
	r.told, r.pace = now, beatEvery
	if errors.Is(r.tell(ctx, false), ErrRefused) {
		r.pace = unheard // an older control plane, which wants batches alone
	}
}

// tell says how far this edge is, and whether it ends with nothing left to ship.
func (r *Recorder) tell(ctx context.Context, ending bool) error {
	ctx, cancel := context.WithTimeout(ctx, min(beatEvery, r.options.Attempt))
	defer cancel()
	return r.options.Plane.Ship(ctx, &wire.Batch{
		Edge: r.options.Edge, Epoch: r.spool.Boot(), Boot: r.spool.Boot(), Watermark: r.watermark, Ending: ending,
	})
}
