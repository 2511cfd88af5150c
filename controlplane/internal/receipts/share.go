package receipts

import (
	"context"
	"time"

	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// shareEvery bounds what receipts cost etcd: one transaction, of many edges.
	shareEvery  = 50 * time.Millisecond
	shareWithin = time.Second
)

// share tells the other replicas what was reported here, until ctx ends.
func (b *Book) share(ctx context.Context) {
	ticker := time.NewTicker(shareEvery)
	defer ticker.Stop()
	for failing := false; ; {
		select {
		case <-b.wake:
		case <-ctx.Done():
			return
		}
		err := b.shareOnce(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			b.options.Logger.Warn("receipts cannot be shared with other control planes; trying on", "error", err)
		case err == nil && failing:
			b.options.Logger.Info("receipts are shared again")
		}
		failing = err != nil
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// shareOnce shares all that is unsaid. What fails is not kept: the edge's next
// report says more.
func (b *Book) shareOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shareWithin)
	defer cancel()
	for batch := b.takeUnsaid(); len(batch) > 0; batch = b.takeUnsaid() {
		if err := b.options.Feed.ShareApplied(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) takeUnsaid() (batch []*wire.Applied) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, r := range b.unsaid {
		if len(batch) == feed.MaxBatch {
			break
		}
		batch = append(batch, r)
		delete(b.unsaid, id)
	}
	return batch
}
