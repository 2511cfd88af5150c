package receipts

import (
	"context"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// maxTracked bounds the changes whose way to the edges is timed at once; more
// than that are not all timed.
const maxTracked = 10_000

// change is a published change that not every edge has applied.
type change struct {
	revision  int64
	committed time.Time
	takedown  bool
}

// Publisher publishes through Next, times how long a change takes to reach every
// edge, and notes it for the caller who wishes to wait for that.
type Publisher struct {
	Next links.Publisher
	Book *Book
}

// Publish implements links.Publisher.
func (p Publisher) Publish(ctx context.Context, block string, committed []*links.Link) {
	p.Next.Publish(ctx, block, committed)
	last, all := p.Book.track(committed)
	if w := wishOf(ctx); w != nil {
		w.note(last, all)
	}
}

// track takes in what was published. last is the greatest revision; all is false
// if a link was not published.
func (b *Book) track(committed []*links.Link) (last int64, all bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all = true
	for _, l := range committed {
		if l.Revision == 0 {
			all = false
			continue
		}
		last = max(last, l.Revision)
		if len(b.tracked) < maxTracked {
			b.tracked = append(b.tracked, change{l.Revision, time.UnixMilli(l.UpdatedAt), l.Status != link.Active})
		}
	}
	return last, all
}

// settle times the changes that every edge that speaks has applied; b.mu is held.
func (b *Book) settle(now time.Time) {
	lowest := int64(-1)
	for _, e := range b.edges {
		if now.Sub(e.heard) < reportWithin && (lowest < 0 || e.last.GetRevision() < lowest) {
			lowest = e.last.GetRevision()
		}
	}
	left := b.tracked[:0]
	for _, c := range b.tracked {
		if c.revision > lowest {
			left = append(left, c)
			continue
		}
		took := max(0, now.Sub(c.committed)).Seconds()
		if c.takedown {
			b.metrics.takedown.Observe(took)
		} else {
			b.metrics.propagation.Observe(took)
		}
	}
	b.tracked = left
}
