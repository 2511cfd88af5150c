package outbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	sweepEvery = time.Second
	// A change is left to the replica that committed it for ripeAfter, and to the
	// one that claimed it for claimFor.
	ripeAfter = time.Second
	claimFor  = 10 * time.Second
	// A round claims up to sweepLimit changes and publishes sweepers batches at a time.
	sweepLimit = 512
	sweepers   = 2
	putWithin  = 2 * time.Second
	// giveUpAfter batches of which nothing went through, and no success, mean that it
	// is the feed that fails and not a change, and the round ends.
	giveUpAfter = 2
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
			return o.sweepBlocks(ctx)
		}
	}
}

// sweepBlocks publishes links that were created together, block by block.
func (o *Outbox) sweepBlocks(ctx context.Context) error {
	for {
		block, err := o.options.Store.ClaimBlock(ctx, ripeAfter, claimFor)
		if err != nil || block == nil {
			return err
		}
		r := round{outbox: o, keys: block.Keys, block: true}
		if err := r.run(ctx); err != nil {
			return err
		}
		if r.err != nil || len(r.published) < len(block.Keys) {
			continue // what is left of it is tried again once the claim is over
		}
		if err := o.options.Store.ForgetBlocks(ctx, []string{block.ID}); err != nil {
			return err
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

// round publishes what one claim has brought, batch by batch.
type round struct {
	outbox *Outbox
	block  bool // the keys are a block's

	mu        sync.Mutex
	keys      []link.Key  // mu; still to be published
	published []Published // mu
	err       error       // mu; the last failure
	failed    int         // mu; batches of which nothing went through
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
			for keys := r.take(); len(keys) > 0; keys = r.take() {
				r.note(r.publish(within, keys))
			}
		})
	}
	group.Wait()
	if len(r.published) == 0 {
		return r.err
	}
	return r.outbox.options.Store.MarkPublished(ctx, r.published)
}

func (r *round) take() []link.Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.published) == 0 && r.failed >= giveUpAfter {
		return nil
	}
	n := min(len(r.keys), feed.MaxBatch)
	keys := r.keys[:n]
	r.keys = r.keys[n:]
	return keys
}

func (r *round) note(published []Published, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.published = append(r.published, published...)
	if err != nil {
		r.err = err
		if len(published) == 0 {
			r.failed++
		}
	}
}

// publish reads the links at keys as they are now and puts them together. The error
// is that of one that failed.
func (r *round) publish(ctx context.Context, keys []link.Key) (published []Published, err error) {
	ctx, cancel := context.WithTimeout(ctx, putWithin)
	defer cancel()
	found, err := r.outbox.options.Store.ReadLinks(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("publishing changes: %w", err)
	}
	if len(found) < len(keys) {
		err = fmt.Errorf("publishing changes: %w", links.ErrNotFound)
	}
	if len(found) == 0 {
		return nil, err
	}
	records := make([]*wire.Record, len(found))
	for i, l := range found {
		records[i] = wire.FromLink(&l.Link, l.UpdatedAt)
	}
	for i, p := range r.outbox.put(ctx, records) {
		if p.Err != nil {
			err = fmt.Errorf("publishing %s: %w", found[i].Key, p.Err)
			continue
		}
		version := found[i].Version
		published = append(published, Published{found[i].Key, version, p.Revision, r.block && version == 1})
	}
	return published, err
}
