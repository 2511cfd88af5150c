package receipts

import (
	"context"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Within bounds how long a write waits for the edges.
const Within = 1500 * time.Millisecond

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
// edge, and waits for that where the caller wishes it (Wish).
type Publisher struct {
	Next links.Publisher
	Book *Book
}

// Publish implements links.Publisher.
func (p Publisher) Publish(ctx context.Context, block string, committed []*links.Link) {
	p.Next.Publish(ctx, block, committed)
	wish := wishOf(ctx)
	last, all := p.Book.track(committed)
	if !all {
		wish.note(Receipt{}, false)
	} else if wish != nil {
		// The publisher's time is short; the edges may take more.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Within)
		defer cancel()
		r, err := p.Book.Wait(ctx, last) // who has applied it has applied those before
		wish.note(r, err == nil)
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

// Wish is a caller's wish to wait until the edges have applied what it writes. It
// travels in a context.
type Wish struct {
	mu            sync.Mutex
	applied, live int  // mu; of the change that reached the fewest
	unknown       bool // mu; a change was not published, or the edges are not known
	noted         bool // mu
	then          func(applied, live int, known bool)
}

type wishKey struct{}

// With adds a wish to ctx.
func With(ctx context.Context) (context.Context, *Wish) {
	w := new(Wish)
	return context.WithValue(ctx, wishKey{}, w), w
}

func wishOf(ctx context.Context) *Wish {
	w, _ := ctx.Value(wishKey{}).(*Wish)
	return w
}

func (w *Wish) note(r Receipt, known bool) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	applied, live := r.Count()
	if !w.noted || live-applied > w.live-w.applied {
		w.applied, w.live = applied, live
	}
	w.unknown = w.unknown || !known
	w.noted = true
	if w.then != nil {
		w.then(w.applied, w.live, !w.unknown)
	}
}

// Then sets what is called with each change that was written under this wish, one
// call at a time: how many of the live edges have applied all of them so far. known
// is false if that cannot be told; the outbox publishes later what was not.
func (w *Wish) Then(then func(applied, live int, known bool)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.then = then
}
