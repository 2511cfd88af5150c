package outbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// publishWithin bounds what a writer waits for the feed.
	publishWithin = 500 * time.Millisecond
	// After so many failures in a row writers do not try the feed any more, but
	// for one a second: their changes wait for the sweep.
	tripAfter = 3
	openFor   = time.Second
)

// Outbox publishes from Start until Stop. It is safe for concurrent use, and
// any number of replicas may work on one Store.
type Outbox struct {
	options Options
	metrics metrics
	breaker *gobreaker.CircuitBreaker[[]feed.Publication]
	batcher batcher
	marks   chan mark // to the marker; full means that the sweep will do it

	cancel context.CancelFunc // ends the sweep; nil before Start
	swept  sync.WaitGroup
	ending chan struct{} // closed to end the marker, when the sweep has ended
	marked chan struct{} // closed when the marker has ended
	failed bool          // the sweep's: its last run ended with an error
}

// New checks the options.
func New(o Options) (*Outbox, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	m, err := newMetrics(o.Registerer)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	b := &Outbox{
		options: o, metrics: m,
		breaker: gobreaker.NewCircuitBreaker[[]feed.Publication](gobreaker.Settings{
			Timeout:     openFor,
			ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= tripAfter },
		}),
		marks:  make(chan mark, 8*markLimit),
		ending: make(chan struct{}),
		marked: make(chan struct{}),
	}
	b.batcher.put = b.putBatch
	b.batcher.published = func(c *caller) { b.tell(mark{caller: c, block: true}) }
	return b, nil
}

// Start begins to sweep, once a second, and to mark.
func (o *Outbox) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	o.cancel = cancel
	o.swept.Go(func() { o.sweepUntil(ctx) })
	go o.mark()
}

// Stop ends the sweep and waits, until ctx ends, for what was published to be
// marked. What is not marked then is published again by another replica, or
// after the next start, which does no harm.
func (o *Outbox) Stop(ctx context.Context) error {
	if o.cancel == nil {
		return nil
	}
	o.cancel()
	o.swept.Wait()
	o.batcher.stop() // within publishWithin
	close(o.ending)
	select {
	case <-o.marked:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stopping the outbox: %w", ctx.Err())
	}
}

// Publish puts links, which were just committed, into the feed, and notes at each
// the revision at which the feed holds its version or a newer one. It gives up
// after half a second at most, and at once while the feed is known not to answer.
// Where a revision is 0 then, the sweep publishes the link. block is the one that
// their transaction wrote; "" if it wrote none.
func (o *Outbox) Publish(ctx context.Context, block string, committed []*links.Link) {
	if len(committed) == 0 || o.breaker.State() == gobreaker.StateOpen {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, publishWithin)
	defer cancel()
	records := make([]*wire.Record, len(committed))
	for i, l := range committed {
		records[i] = wire.FromLink(&l.Link, l.UpdatedAt)
	}
	for i, revision := range o.batcher.publish(ctx, block, records) {
		committed[i].Revision = revision
	}
}

// tell hands m to the marker, unless that is too far behind.
func (o *Outbox) tell(m mark) (told bool) {
	select {
	case o.marks <- m:
		return true
	default:
		return false
	}
}

// putBatch puts batch, unless the breaker keeps them from a feed that does not
// answer: then each gets its error.
func (o *Outbox) putBatch(batch []waiting) []feed.Publication {
	records := make([]*wire.Record, len(batch))
	for i, w := range batch {
		records[i] = w.record
	}
	ctx, cancel := context.WithTimeout(context.Background(), publishWithin)
	defer cancel()
	all, err := o.breaker.Execute(func() ([]feed.Publication, error) {
		all := o.put(ctx, records)
		for _, p := range all {
			if p.Err == nil {
				return all, nil
			}
		}
		return all, all[0].Err
	})
	if all == nil {
		all = make([]feed.Publication, len(records))
		for i := range all {
			all[i].Err = err
		}
	}
	o.markAll(batch, all)
	return all
}

// markAll hands what was published to the marker, also for those who have ceased to
// wait: else the sweep would publish it again.
func (o *Outbox) markAll(batch []waiting, all []feed.Publication) {
	for i, p := range all {
		if p.Err != nil {
			continue
		}
		r := batch[i].record
		key := link.Key{Domain: r.GetDomain(), Code: r.GetCode()}
		// A block names links as they were created; one that came back has a change.
		inBlock := batch[i].caller.block != "" && r.GetVersion() == 1
		if !o.tell(mark{Published: Published{key, r.GetVersion(), p.Revision, inBlock}, caller: batch[i].caller}) {
			batch[i].caller.fail() // a block goes when all of it is marked
		}
	}
}

// put publishes records and measures how late.
func (o *Outbox) put(ctx context.Context, records []*wire.Record) []feed.Publication {
	all := o.options.Publisher.PublishLinks(ctx, records)
	now := o.options.Now()
	for i, p := range all {
		if p.Err == nil {
			delay := now.Sub(time.UnixMilli(records[i].GetChangedAt()))
			o.metrics.publish.Observe(max(delay, 0).Seconds()) // below 0 if clocks differ
		}
	}
	return all
}
