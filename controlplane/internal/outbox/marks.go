package outbox

import (
	"context"
	"time"
)

// Marks are written together: a write for each would double the database's work.
const (
	markLimit  = 500
	markEvery  = 50 * time.Millisecond
	markWithin = 2 * time.Second
)

// mark is a link that was published or, behind all its links, a block.
type mark struct {
	Published
	caller *caller // who published it
	block  bool
}

// mark collects what was published and marks it, until ending is closed and
// nothing is left.
func (o *Outbox) mark() {
	defer close(o.marked)
	for {
		select {
		case first := <-o.marks:
			o.flush(o.collect(first))
		case <-o.ending:
			o.markRest()
			return
		}
	}
}

// collect waits for more to mark, but not for long.
func (o *Outbox) collect(first mark) []mark {
	batch := []mark{first}
	timer := time.NewTimer(markEvery)
	defer timer.Stop()
	for len(batch) < markLimit {
		select {
		case m := <-o.marks:
			batch = append(batch, m)
		case <-timer.C:
			return batch
		case <-o.ending:
			return batch
		}
	}
	return batch
}

func (o *Outbox) markRest() {
	var batch []mark
	for {
		select {
		case m := <-o.marks:
			batch = append(batch, m)
			continue
		default:
		}
		if len(batch) > 0 {
			o.flush(batch)
		}
		return
	}
}

// flush marks a batch. What fails is left to the sweep, which publishes again what
// the feed has already and then marks it.
func (o *Outbox) flush(batch []mark) {
	ctx, cancel := context.WithTimeout(context.Background(), markWithin)
	defer cancel()
	var published []Published
	var blocks []string
	for _, m := range batch {
		switch {
		case !m.block:
			published = append(published, m.Published)
		case !m.caller.hasFailed():
			blocks = append(blocks, m.caller.block)
		}
	}
	err := o.options.Store.MarkPublished(ctx, published)
	if err == nil {
		err = o.options.Store.ForgetBlocks(ctx, blocks)
	}
	if err != nil {
		for _, m := range batch {
			m.caller.fail()
		}
		o.options.Logger.Warn("published changes could not be marked; they will be published again",
			"changes", len(published), "blocks", len(blocks), "error", err)
	}
}
