package outbox

import (
	"context"
	"slices"
	"sync"

	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// batchers is how many batches may be on their way to the feed at once: etcd
	// syncs its disk once for several.
	batchers = 4
	// enough is how many records wait before another begins: a batch costs etcd
	// more than what is in it.
	enough = 16
	// queueLimit bounds the records that wait. What finds no room is the sweep's.
	queueLimit = 8192
)

// batcher puts what is committed at the same time into the feed together. It
// waits for nobody: a batch is what came while the batches before were on their
// way, so that a lone change goes at once.
type batcher struct {
	put       func(batch []waiting) []feed.Publication
	published func(c *caller) // is called when all records of c's block are

	mu      sync.Mutex
	queue   []waiting // mu
	working int       // mu; how many goroutines work the queue off
	stopped bool      // mu
	workers sync.WaitGroup
}

// waiting is a record that somebody waits for, who knows it by a number.
type waiting struct {
	record *wire.Record
	caller *caller
	number int
}

// caller waits for some records.
type caller struct {
	block string // that the records are; "" if they are none

	mu        sync.Mutex
	revisions []int64       // mu; 0: not published
	left      int           // mu
	failed    bool          // mu
	done      chan struct{} // closed when none is left
}

// publish waits for records until ctx ends, and gives the revision of each; 0 if it
// is not known. Such a record may be published later.
func (b *batcher) publish(ctx context.Context, block string, records []*wire.Record) (revisions []int64) {
	c := &caller{block: block, revisions: make([]int64, len(records)), left: len(records), done: make(chan struct{})}
	if !b.enqueue(records, c) {
		return c.revisions
	}
	select {
	case <-c.done:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.revisions)
}

// fail leaves the records' block to the sweep.
func (c *caller) fail() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = true
}

func (c *caller) hasFailed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// hear takes the result of a record, and says whether it was the last.
func (c *caller) hear(number int, p feed.Publication) (last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.Err == nil {
		c.revisions[number] = p.Revision
	} else {
		c.failed = true
	}
	if c.left--; c.left == 0 {
		close(c.done)
	}
	return c.left == 0
}

func (b *batcher) enqueue(records []*wire.Record, c *caller) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped || len(b.queue)+len(records) > queueLimit {
		return false
	}
	for i, r := range records {
		b.queue = append(b.queue, waiting{r, c, i})
	}
	for more := len(b.queue); b.working == 0 || b.working < batchers && more >= enough; more -= feed.MaxBatch {
		b.working++
		b.workers.Go(b.work)
	}
	return true
}

// work publishes while there is something in the queue.
func (b *batcher) work() {
	for batch := b.next(); len(batch) > 0; batch = b.next() {
		for i, p := range b.put(batch) {
			c := batch[i].caller
			if last := c.hear(batch[i].number, p); last && c.block != "" {
				b.published(c)
			}
		}
	}
}

func (b *batcher) next() []waiting {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.queue), feed.MaxBatch)
	batch := b.queue[:n:n]
	if b.queue = b.queue[n:]; n == 0 {
		b.queue = nil
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
