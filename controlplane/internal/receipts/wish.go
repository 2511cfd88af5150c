package receipts

import (
	"context"
	"sync"
	"time"
)

// Within bounds how long a write waits for the edges.
const Within = 1500 * time.Millisecond

// wish is a caller's wish to wait until the edges have applied what it writes.
type wish struct {
	told func(applied, live int, known bool)

	mu      sync.Mutex
	last    int64 // mu; the greatest revision that was published
	missing bool  // mu; a change was not published
}

type wishKey struct{}

// With adds a wish to ctx. Await tells then how many of the live edges have applied
// all that was written under it; known is false if that cannot be told: the outbox
// publishes later what was not.
func With(ctx context.Context, told func(applied, live int, known bool)) context.Context {
	return context.WithValue(ctx, wishKey{}, &wish{told: told})
}

func wishOf(ctx context.Context) *wish {
	w, _ := ctx.Value(wishKey{}).(*wish)
	return w
}

func (w *wish) note(last int64, all bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = max(w.last, last)
	w.missing = w.missing || !all
}

// Await waits until every live edge has applied what was written under ctx's wish,
// or for Within. Without one, or if nothing was written, it returns at once. It
// waits for no database, so the caller must hold nothing of one.
func (b *Book) Await(ctx context.Context) {
	w := wishOf(ctx)
	if w == nil {
		return
	}
	w.mu.Lock()
	last, missing := w.last, w.missing
	w.mu.Unlock()
	if last == 0 {
		if missing {
			w.told(0, 0, false)
		}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	r, err := b.Wait(ctx, last) // who has applied it has applied those before
	applied, live := r.Count()
	w.told(applied, live, err == nil && !missing)
}
