package origin

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
)

// revalidations bounds the questions that run behind answers already given. They
// are delayed by half of Options.Jitter on average, so a new epoch costs the
// control planes 2,500 questions a second per edge at most.
const revalidations = 64

// Revalidate asks about key behind the caller's back, unless that is under way,
// or so much else is that the next visitor may as well cause it.
func (o *Origin) Revalidate(key link.Key) {
	if !o.beginBehind(key) {
		return
	}
	go func() {
		defer o.endBehind(key)
		delay := time.NewTimer(rand.N(o.options.Jitter))
		defer delay.Stop()
		select {
		case <-delay.C:
		case <-o.lifetime.Done():
			return
		}
		// A failure leaves the entry suspect, and the next visitor tries again.
		_, _, _ = o.fill(o.lifetime, question{key: key})
	}()
}

// Refresh asks about key, and waits for the answer. Nothing in memory or in the
// larder will do in its place, unless it is known to be the newest.
func (o *Origin) Refresh(ctx context.Context, key link.Key) error {
	_, _, err := o.fill(ctx, question{key: key})
	return err
}

func (o *Origin) beginBehind(key link.Key) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.behind[key]; ok || o.stopped || len(o.behind) >= revalidations {
		return false
	}
	o.behind[key] = struct{}{}
	o.running.Add(1)
	return true
}

func (o *Origin) endBehind(key link.Key) {
	o.mu.Lock()
	delete(o.behind, key)
	o.mu.Unlock()
	o.running.Done()
}
