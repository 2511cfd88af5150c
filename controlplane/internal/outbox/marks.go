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
func (o *Outbox) collect(first Published) []Published {
	batch := []Published{first}
	timer := time.NewTimer(markEvery)
	defer timer.Stop()
	for len(batch) < markLimit {
		select {
		case p := <-o.marks:
			batch = append(batch, p)
		case <-timer.C:
			return batch
		case <-o.ending:
			return batch
		}
	}
	return batch
}

func (o *Outbox) markRest() {
	var batch []Published
	for {
		select {
		case p := <-o.marks:
			batch = append(batch, p)
			continue
		default:
		}
		if len(batch) > 0 {
			o.flush(batch)
		}
		return
	}
}

// flush marks a batch. One that fails is left to the sweep, which publishes
// again what the feed has already and then marks it.
func (o *Outbox) flush(batch []Published) {
	ctx, cancel := context.WithTimeout(context.Background(), markWithin)
	defer cancel()
	if err := o.options.Store.MarkPublished(ctx, batch); err != nil {
		o.options.Logger.Warn("published changes could not be marked; they will be published again",
			"changes", len(batch), "error", err)
	}
}
