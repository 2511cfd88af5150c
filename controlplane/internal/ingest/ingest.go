package ingest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// ErrInvalid: the batch can never be booked, or the salt never given; to ask again
// is of no use.
var ErrInvalid = errors.New("invalid")

// ErrBusy: so much waits to be booked that the batch would wait in vain. Nothing was
// done; the sender comes again a little later.
var ErrBusy = errors.New("too many clicks wait to be booked")

// saltBytes is the length of a salt.
const saltBytes = 16

// Ingest books batches. It is safe for concurrent use. What it holds is on its way
// into the store and in the edges' spools: any replica may take any batch, and
// may end at any time.
type Ingest struct {
	options Options
	metrics metrics
	desk    *desk
}

// New checks the options.
func New(o Options) (*Ingest, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	m, err := newMetrics(o.Registerer)
	if err != nil {
		return nil, err
	}
	i := &Ingest{options: o, metrics: m}
	i.desk = &desk{book: i.book, pending: make(map[link.Key]uint64)}
	return i, nil
}

// Stop refuses new batches and waits for those that are being booked, until ctx
// ends.
func (i *Ingest) Stop(ctx context.Context) error {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		i.desk.stop()
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the last booking: %w", ctx.Err())
	}
}

// Ship books b once. It is durable when the error is nil; after an error other
// than ErrInvalid the sender sends b again, unchanged. A batch is booked as a
// whole or not at all. With ErrBusy it is refused at once.
func (i *Ingest) Ship(ctx context.Context, b *wire.Batch) (Result, error) {
	if err := i.desk.room(b); err != nil {
		i.metrics.of(err).Inc()
		return Result{}, fmt.Errorf("booking clicks: %w", err)
	}
	if err := check(b); err != nil {
		i.metrics.invalid.Inc()
		i.options.Logger.Error("a batch of clicks is refused", "edge", b.GetEdge(), "epoch", b.GetEpoch(),
			"sequence", b.GetSequence(), "counts", len(b.GetCounts()), "error", err)
		return Result{}, fmt.Errorf("%w batch: %w", ErrInvalid, err)
	}
	r, err := i.desk.ship(ctx, b)
	if err != nil {
		i.metrics.of(err).Inc()
		return Result{}, fmt.Errorf("booking clicks: %w", err)
	}
	i.note(b, r)
	return r, nil
}

// note counts what became of a batch, and says what an operator has to look into.
func (i *Ingest) note(b *wire.Batch, r Result) {
	switch {
	case r.Conflict:
		i.metrics.conflict.Inc()
		i.options.Logger.Error("a batch of clicks is not booked: its number is another batch's; was a spool copied?",
			"edge", b.GetEdge(), "epoch", b.GetEpoch(), "sequence", b.GetSequence(), "boot", b.GetBoot())
	case r.Duplicate:
		i.metrics.duplicate.Inc()
	default:
		i.metrics.booked.Inc()
	}
	if r.Rivals {
		i.metrics.rivals.Inc()
		i.options.Logger.Error("two processes ship clicks under one edge's name; give each its own --id and --data",
			"edge", b.GetEdge(), "boot", b.GetBoot())
	}
}

// book is the desk's.
func (i *Ingest) book(ctx context.Context, batches []*wire.Batch) ([]Result, error) {
	began := time.Now()
	results, err := i.options.Store.AddBatches(ctx, batches)
	i.metrics.bookingSeconds.Observe(time.Since(began).Seconds())
	i.metrics.bookingBatches.Observe(float64(len(batches)))
	return results, err
}

// Pending gives the clicks of each link that this replica has received and not
// booked yet; links without are missing.
func (i *Ingest) Pending(keys []link.Key) map[link.Key]uint64 { return i.desk.waitingFor(keys) }

// Salt gives the salt of a day, Unix seconds / 86,400, which must be today or
// tomorrow: those of days that are over are gone.
func (i *Ingest) Salt(ctx context.Context, day int64) ([]byte, error) {
	today := i.options.Now().Unix() / int64(24*time.Hour/time.Second)
	if day != today && day != today+1 {
		return nil, fmt.Errorf("%w day %d: today is %d", ErrInvalid, day, today)
	}
	fresh := make([]byte, saltBytes)
	if _, err := rand.Read(fresh); err != nil {
		return nil, fmt.Errorf("making a salt: %w", err)
	}
	salt, err := i.options.Store.Salt(ctx, day, fresh)
	if err != nil {
		return nil, err
	}
	return salt, nil
}
