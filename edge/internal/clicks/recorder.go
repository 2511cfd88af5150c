package clicks

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
)

// Recorder counts clicks from New on and ships them from Start on until Stop.
type Recorder struct {
	options Options
	epoch   uint64
	buffers []buffer
	mask    uint32
	tally   *tally
	metrics *metrics

	draining sync.Mutex // held by whoever swaps buffers; guards no I/O
	wake     chan struct{}
	stop     chan struct{}      // closed by Stop: ship what is left and end
	abandon  context.CancelFunc // by Stop's deadline: end now
	done     chan struct{}      // closed when the shipper has ended

	unacknowledged uint64 // clicks of the batch given up; the shipper's until done
}

// New checks the options and takes this start's epoch, which it keeps in the
// data folder.
func New(o Options) (*Recorder, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	epoch, err := nextEpoch(o.Data, o.Now())
	if err != nil {
		return nil, err
	}
	// A power of two, so that picking one costs a mask.
	n := 1 << bits.Len(uint(runtime.GOMAXPROCS(0)))
	r := &Recorder{
		options: o,
		epoch:   epoch,
		buffers: make([]buffer, n),
		mask:    uint32(n - 1),
		tally:   newTally(o.Rows),
		metrics: newMetrics(),
		wake:    make(chan struct{}, 1),
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
	}
	for i := range r.buffers {
		r.buffers[i].full = make([]row, 0, o.Buffer)
		r.buffers[i].spare = make([]row, 0, o.Buffer)
	}
	return r, nil
}

// Record counts one click. Hot path: 0 allocs, no I/O, no lock held across I/O.
func (r *Recorder) Record(c Click) {
	b := &r.buffers[rand.Uint32()&r.mask]
	click := row{c.Domain, c.Code, c.At / time.Minute.Milliseconds()}
	for !b.add(click) {
		// The drain is behind. Whoever finds a buffer full helps, which slows one
		// request by the time of adding up and loses nothing.
		r.drain()
	}
	r.metrics.recorded.Add(1)
}

// drain adds up what the buffers hold.
func (r *Recorder) drain() {
	r.draining.Lock()
	defer r.draining.Unlock()
	for i := range r.buffers {
		b := &r.buffers[i]
		rows := b.swap()
		if lost := r.tally.add(rows); lost > 0 {
			r.metrics.lostRows.Add(lost)
		}
		b.reuse(rows)
	}
}

// Start begins to drain and ship.
func (r *Recorder) Start() {
	ctx, abandon := context.WithCancel(context.Background())
	r.abandon = abandon
	go func() {
		defer close(r.done)
		var draining sync.WaitGroup
		draining.Go(r.drainRegularly)
		r.shipAll(ctx)
		draining.Wait()
	}()
}

// drainRegularly drains until Stop, whatever the shipper waits for.
func (r *Recorder) drainRegularly() {
	tick := time.NewTicker(r.options.Interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.drain()
		case <-r.stop:
			return
		}
		r.rouse()
	}
}

// Stop ships what was recorded, until ctx ends, and counts the rest as lost.
// Nothing may be recorded any more.
func (r *Recorder) Stop(ctx context.Context) error {
	r.drain()
	close(r.stop)
	defer r.abandon()
	select {
	case <-r.done:
	case <-ctx.Done():
		r.abandon()
		<-r.done
	}
	// A request that outlived the server's stop may have recorded since.
	r.drain()
	lost := r.unacknowledged + r.tally.clicks()
	if lost == 0 {
		return nil
	}
	r.metrics.lostStopping.Add(lost)
	return fmt.Errorf("shipping the last clicks: %w", errors.Join(ctx.Err(), fmt.Errorf("%d clicks were not acknowledged", lost)))
}
