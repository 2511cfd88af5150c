package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// batchers is how many batches may be on their way to the feed at once: one that
	// waits for the feed's disk, and one that is made ready meanwhile.
	batchers = 2
	// enough is how many records wait before the second begins: a batch costs etcd
	// more than what is in it.
	enough = 16
)

var errStopped = errors.New("the outbox is stopped")

// batcher puts what is committed at the same time into the feed together. It
// waits for nobody: a batch is what came while the batches before were on their
// way, so that a lone change goes at once.
type batcher struct {
	put func(records []*wire.Record) []feed.Publication

	mu      sync.Mutex
	queue   []*waiting // mu
	working int        // mu; how many goroutines work the queue off
	stopped bool       // mu
	workers sync.WaitGroup
}

// waiting is a record that somebody waits for.
type waiting struct {
	record *wire.Record
	result chan feed.Publication // holds one
}

// publish waits for the batch of r until ctx ends. r may be published after that.
func (b *batcher) publish(ctx context.Context, r *wire.Record) (revision int64, err error) {
	w := &waiting{record: r, result: make(chan feed.Publication, 1)}
	if !b.enqueue(w) {
		return 0, errStopped
	}
	select {
	case p := <-w.result:
		return p.Revision, p.Err
	case <-ctx.Done():
		return 0, fmt.Errorf("waiting for the feed: %w", ctx.Err())
	}
}

func (b *batcher) enqueue(w *waiting) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return false
	}
	b.queue = append(b.queue, w)
	if b.working == 0 || b.working < batchers && len(b.queue) >= enough {
		b.working++
		b.workers.Go(b.work)
	}
	return true
}

// work publishes while there is something in the queue.
func (b *batcher) work() {
	for batch := b.next(); len(batch) > 0; batch = b.next() {
		records := make([]*wire.Record, len(batch))
		for i, w := range batch {
			records[i] = w.record
		}
		for i, p := range b.put(records) {
			batch[i].result <- p
		}
	}
}

func (b *batcher) next() []*waiting {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.queue), feed.MaxBatch)
	batch := b.queue[:n:n]
	if b.queue = b.queue[n:]; n == 0 {
		b.working--
	}
	return batch
}

// stop refuses new records and waits for those that are under way.
func (b *batcher) stop() {
	b.mu.Lock()
	b.stopped = true
	b.mu.Unlock()
	b.workers.Wait()
}
