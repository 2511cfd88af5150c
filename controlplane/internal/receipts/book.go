package receipts

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// reportWithin is how long an edge's word is believed to be its newest: it
	// reports once a second at least.
	reportWithin = 3 * time.Second
	// forgetAfter is how long an edge that says nothing is remembered. Machines come
	// and go, and each has a name of its own.
	forgetAfter = time.Hour
	// history bounds the reports that are remembered of an edge, to tell when it
	// had reached a revision: 25 seconds at the highest rate.
	history = 512
)

// Book holds what the edges have reported, from Start until Stop. It is safe for
// concurrent use.
type Book struct {
	options Options
	metrics metrics

	mu      sync.Mutex
	edges   map[string]*edge         // mu; by id
	changed chan struct{}            // mu; closed and replaced by each report
	unsaid  map[string]*wire.Applied // mu; reports that the other replicas do not know
	tracked []change                 // mu; what not every edge has applied yet

	present  presences
	wake     chan struct{} // holds one: there is something to share
	ended    chan struct{} // closed when nobody is to wait any more
	ending   sync.Once
	cancel   context.CancelFunc
	followed sync.WaitGroup
}

// edge is what one edge has said.
type edge struct {
	last  *wire.Applied
	heard time.Time
	steps []step // rising, the oldest first
}

// step is when an edge had first reported a revision.
type step struct{ revision, at int64 }

// New checks the options.
func New(o Options) (*Book, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	m, err := newMetrics(o.Registerer)
	if err != nil {
		return nil, fmt.Errorf("receipts: %w", err)
	}
	return &Book{
		options: o, metrics: m, edges: make(map[string]*edge), changed: make(chan struct{}),
		unsaid: make(map[string]*wire.Applied), wake: make(chan struct{}, 1), ended: make(chan struct{}),
		present: presences{turn: make(chan struct{}, 1)},
	}, nil
}

// Start begins to share, and to hear what others share.
func (b *Book) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel = cancel
	b.followed.Go(func() { b.options.Feed.FollowApplied(ctx, func(r *wire.Applied) { b.hear(r) }) })
	b.followed.Go(func() { b.share(ctx) })
}

// End answers all who wait, now and from now on, with what there is: a server that
// stops must not wait for edges.
func (b *Book) End() { b.ending.Do(func() { close(b.ended) }) }

// Stop ends both.
func (b *Book) Stop(context.Context) error {
	if b.cancel != nil {
		b.cancel()
		b.followed.Wait()
	}
	return nil
}

// Report takes an edge's own word, and lets the other replicas know.
func (b *Book) Report(_ context.Context, r *wire.Applied) error {
	if !b.hear(r) {
		return nil
	}
	b.mu.Lock()
	b.unsaid[r.GetEdge()] = r
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return nil
}

// hear takes a report, unless a later one was heard: they come by two ways. A
// clock that was set back is believed when the old word has run out.
func (b *Book) hear(r *wire.Applied) (news bool) {
	now := b.options.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.edges[r.GetEdge()]
	if e == nil {
		b.forget(now)
		e = new(edge)
		b.edges[r.GetEdge()] = e
	} else if r.GetAt() <= e.last.GetAt() && now.Sub(e.heard) < reportWithin {
		return false
	}
	e.last, e.heard = r, now
	e.note(r)
	b.settle(now)
	close(b.changed)
	b.changed = make(chan struct{})
	return true
}

// forget drops the edges that are gone, whenever one comes; b.mu is held.
func (b *Book) forget(now time.Time) {
	maps.DeleteFunc(b.edges, func(_ string, e *edge) bool { return now.Sub(e.heard) > forgetAfter })
}

// note remembers when a revision was reached. Another history of the feed may
// begin below: what was noted then means nothing any more.
func (e *edge) note(r *wire.Applied) {
	if n := len(e.steps); n > 0 && e.steps[n-1].revision >= r.GetRevision() {
		if e.steps[n-1].revision == r.GetRevision() {
			return
		}
		e.steps = nil
	}
	e.steps = append(e.steps, step{r.GetRevision(), r.GetAt()})
	if len(e.steps) > history {
		e.steps = e.steps[1:]
	}
}

// reached gives when the edge had applied revision; 0 if it has not.
func (e *edge) reached(revision int64) (at int64, ok bool) {
	for i := len(e.steps) - 1; i >= 0 && e.steps[i].revision >= revision; i-- {
		at, ok = e.steps[i].at, true
	}
	return at, ok
}
