package ingest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// bookCounts bounds the counts of one booking, and so how long the rows of
	// much clicked links stay locked. A single batch may have as many.
	bookCounts = 4 * MaxCounts
	// bookWithin bounds a booking. It is not its callers' to end: what they gave up
	// waiting for is a duplicate when they come again.
	bookWithin = 8 * time.Second
	// deskCounts bounds the counts that wait for their booking: what comes beyond would
	// wait for its caller to give up, and fill memory meanwhile.
	deskCounts = 2 * bookCounts
	// bookers is how many bookings are under way at once: while the database writes one,
	// the other is added up.
	bookers = 2
)

var errStopped = errors.New("the server is stopping")

// desk books what comes at the same time together. It waits for nobody: a booking
// is what came while those before were under way, so that a lone batch goes at
// once, and a link that all edges speak of costs a row a booking.
type desk struct {
	book func(ctx context.Context, batches []*wire.Batch) ([]Result, error)

	mu      sync.Mutex
	queue   []*waiting          // mu
	queued  int                 // mu; counts in the queue
	pending map[link.Key]uint64 // mu; clicks that are in the queue or being booked
	working int                 // mu; goroutines that work the queue off
	stopped bool                // mu
	worker  sync.WaitGroup
}

// waiting is a batch that somebody waits for.
type waiting struct {
	batch  *wire.Batch
	ctx    context.Context // the caller's: a batch whose caller left is not booked
	done   chan struct{}   // closed when result and err are there
	result Result
	err    error
}

// ship books b, unless ctx ends before its turn comes. It leaves open whether b is
// booked if ctx ends later.
func (d *desk) ship(ctx context.Context, b *wire.Batch) (Result, error) {
	w := &waiting{batch: b, ctx: ctx, done: make(chan struct{})}
	if err := d.enqueue(w); err != nil {
		return Result{}, err
	}
	select {
	case <-w.done:
		return w.result, w.err
	case <-ctx.Done():
		return Result{}, fmt.Errorf("waiting for the booking: %w", ctx.Err())
	}
}

// room says why b cannot be taken now. It costs nothing, however large b is: those
// who are refused come again and again.
func (d *desk) room(b *wire.Batch) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refusal(b)
}

// refusal is room's, under mu.
func (d *desk) refusal(b *wire.Batch) error {
	counts := len(b.GetCounts())
	switch {
	case d.stopped:
		return errStopped
	case counts > 0 && d.queued+counts > deskCounts:
		return ErrBusy
	}
	return nil
}

func (d *desk) enqueue(w *waiting) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.refusal(w.batch); err != nil {
		return err
	}
	d.queue, d.queued = append(d.queue, w), d.queued+len(w.batch.GetCounts())
	for _, c := range w.batch.GetCounts() {
		d.pending[link.Key{Domain: c.GetDomain(), Code: c.GetCode()}] += c.GetCount()
	}
	if d.working < bookers {
		d.working++
		d.worker.Go(d.work)
	}
	return nil
}

// work books while there is something in the queue.
func (d *desk) work() {
	for {
		together, left := d.next()
		if len(together)+len(left) == 0 {
			return
		}
		if len(together) > 0 {
			d.bookAll(together)
		}
		d.finish(together)
		d.finish(left)
	}
}

// next takes what goes into one booking off the queue, and those whose callers
// left.
func (d *desk) next() (together, left []*waiting) {
	d.mu.Lock()
	defer d.mu.Unlock()
	counts := 0
	for len(d.queue) > 0 {
		w := d.queue[0]
		if w.ctx.Err() != nil {
			left = append(left, w)
		} else if counts += len(w.batch.GetCounts()); counts > bookCounts && len(together) > 0 {
			break
		} else {
			together = append(together, w)
		}
		d.queue, d.queued = d.queue[1:], d.queued-len(w.batch.GetCounts())
	}
	if len(together)+len(left) == 0 {
		d.queue, d.working = nil, d.working-1
	}
	return together, left
}

// bookAll books all together; if that fails, each by itself, so that one which
// cannot be booked holds up no other.
func (d *desk) bookAll(all []*waiting) {
	ctx, cancel := context.WithTimeout(context.Background(), bookWithin)
	defer cancel()
	batches := make([]*wire.Batch, len(all))
	for i, w := range all {
		batches[i] = w.batch
	}
	results, err := d.book(ctx, batches)
	for i, w := range all {
		switch {
		case err == nil:
			w.result = results[i]
		case len(all) == 1:
			w.err = err
		default:
			if w.err = w.ctx.Err(); w.err == nil {
				d.bookAll([]*waiting{w})
			}
		}
	}
}

// finish tells those who wait, and takes their clicks out of what is pending.
func (d *desk) finish(all []*waiting) {
	d.mu.Lock()
	for _, w := range all {
		for _, c := range w.batch.GetCounts() {
			key := link.Key{Domain: c.GetDomain(), Code: c.GetCode()}
			if d.pending[key] -= c.GetCount(); d.pending[key] == 0 {
				delete(d.pending, key)
			}
		}
	}
	d.mu.Unlock()
	for _, w := range all {
		close(w.done)
	}
}

// waitingFor gives the clicks of each link that are not booked yet.
func (d *desk) waitingFor(keys []link.Key) map[link.Key]uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	counts := make(map[link.Key]uint64)
	for _, key := range keys {
		if n := d.pending[key]; n > 0 {
			counts[key] = n
		}
	}
	return counts
}

// stop refuses new batches and waits for those that are under way.
func (d *desk) stop() {
	d.mu.Lock()
	d.stopped = true
	d.mu.Unlock()
	d.worker.Wait()
}
