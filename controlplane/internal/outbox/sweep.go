package outbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	sweepEvery = time.Second
	// A change is left to the replica that committed it for ripeAfter, and to the
	// one that claimed it for claimFor.
	ripeAfter = time.Second
	claimFor  = 10 * time.Second
	// A round claims up to sweepLimit changes and publishes sweepers at a time.
	sweepLimit = 500
	sweepers   = 8
	putWithin  = 2 * time.Second
	// giveUpAfter failures and no success mean that it is the feed that fails and
	// not a change, and the round ends.
	giveUpAfter = 3
)

func (o *Outbox) sweepUntil(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		err := o.sweep(ctx)
		if ctx.Err() != nil {
			return
		}
		o.report(ctx, err)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// sweep publishes until the outbox holds nothing ripe, or nothing can be
// published. It claims a single change first, to see whether the feed takes any:
// changes claimed in vain stay claimed, and would not be free when it is back.
func (o *Outbox) sweep(ctx context.Context) error {
	for limit := 1; ; limit = sweepLimit {
		claimed, err := o.options.Store.ClaimChanges(ctx, ripeAfter, claimFor, limit)
		if err != nil {
			return err
		}
		r := round{outbox: o, keys: distinct(claimed)}
		if err := r.run(ctx); err != nil {
			return err
		}
		if len(claimed) < limit {
			return nil
		}
	}
}

// distinct gives each changed link once: it is published as it is now, whatever
// version a change speaks of.
func distinct(changes []Change) []link.Key {
	seen := make(map[link.Key]bool, len(changes))
	var keys []link.Key
	for _, c := range changes {
		if !seen[c.Key] {
			seen[c.Key] = true
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// report logs when sweeping begins to fail and when it works again.
func (o *Outbox) report(ctx context.Context, err error) {
	switch {
	case err != nil && !o.failed:
		o.options.Logger.Warn("committed changes cannot be published; trying on", "error", err)
	case err == nil && o.failed:
		o.options.Logger.Info("committed changes are published again")
	}
	o.failed = err != nil
	if pending, err := o.options.Store.PendingChanges(ctx); err == nil {
		o.metrics.pending.Set(float64(pending))
	}
}

// round publishes what one claim has brought.
type round struct {
	outbox *Outbox
	keys   []link.Key

	mu        sync.Mutex
	next      int         // mu; index of the next key
	published []Published // mu
	failures  int         // mu
	err       error       // mu; the last failure
}

// run ends with an error if nothing could be published or marked. A link that
// fails while others go through is left for later.
func (r *round) run(ctx context.Context) error {
	if len(r.keys) == 0 {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, claimFor) // then they are another's
	defer cancel()
	var group sync.WaitGroup
	for range sweepers {
		group.Go(func() {
			for key, ok := r.take(); ok; key, ok = r.take() {
				r.note(r.publish(within, key))
			}
		})
	}
	group.Wait()
	if len(r.published) == 0 {
		return r.err
	}
	return r.outbox.options.Store.MarkPublished(ctx, r.published)
}

func (r *round) take() (key link.Key, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	hopeless := len(r.published) == 0 && r.failures >= giveUpAfter
	if hopeless || r.next == len(r.keys) {
		return link.Key{}, false
	}
	r.next++
	return r.keys[r.next-1], true
}

func (r *round) note(p Published, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.failures++
		r.err = err
		return
	}
	r.published = append(r.published, p)
}

// publish reads the link at key as it is now and puts it.
func (r *round) publish(ctx context.Context, key link.Key) (Published, error) {
	ctx, cancel := context.WithTimeout(ctx, putWithin)
	defer cancel()
	l, err := r.outbox.options.Store.ReadLink(ctx, key)
	if err != nil {
		return Published{}, fmt.Errorf("publishing %s: %w", key, err)
	}
	p := r.outbox.put(ctx, []*wire.Record{wire.FromLink(&l.Link, l.UpdatedAt)})[0]
	if p.Err != nil {
		return Published{}, fmt.Errorf("publishing %s: %w", key, p.Err)
	}
	return Published{Key: key, Version: l.Version, Revision: p.Revision}, nil
}
