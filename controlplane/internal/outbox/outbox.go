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
	marks   chan Published // to the marker; full means that the sweep will do it

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
		marks:  make(chan Published, 8*markLimit),
		ending: make(chan struct{}),
		marked: make(chan struct{}),
	}
	b.batcher.put = b.putBatch
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
// Where a revision is 0 then, the sweep publishes the link.
func (o *Outbox) Publish(ctx context.Context, committed []*links.Link) {
	if len(committed) == 0 || o.breaker.State() == gobreaker.StateOpen {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, publishWithin)
	defer cancel()
	records := make([]*wire.Record, len(committed))
	for i, l := range committed {
		records[i] = wire.FromLink(&l.Link, l.UpdatedAt)
	}
	for i, revision := range o.batcher.publish(ctx, records) {
		committed[i].Revision = revision
	}
}

// putBatch puts records, unless the breaker keeps them from a feed that does not
// answer: then each gets its error.
func (o *Outbox) putBatch(records []*wire.Record) []feed.Publication {
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
	o.markAll(records, all)
	return all
}

// markAll hands what was published to the marker, also for those who have ceased to
// wait: else the sweep would publish it again.
func (o *Outbox) markAll(records []*wire.Record, all []feed.Publication) {
	for i, p := range all {
		if p.Err != nil {
			continue
		}
		key := link.Key{Domain: records[i].GetDomain(), Code: records[i].GetCode()}
		select {
		case o.marks <- Published{Key: key, Version: records[i].GetVersion(), Revision: p.Revision}:
		default:
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
