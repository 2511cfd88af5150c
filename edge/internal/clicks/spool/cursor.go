package spool

import (
	"path/filepath"
	"slices"
	"strconv"
)

// Cursor reads the spool, batch by batch, one at a time. It belongs to one
// goroutine, but for Waiting.
type Cursor struct {
	spool   *Spool
	name    string
	readers []*reader // of the epochs not done with, oldest first; guarded by spool.mu
	turn    int       // whose turn it is, so that an old epoch delays no new one
	current *reader   // of the batch that is under way, or nil
}

// Next gives a batch whose records were shown to take, one by one, until that
// said that it wants no more, or there were no more. A batch that was given out
// before and is not done with is given out again, whole, whatever take says. What
// take is shown is valid until it returns, and does not count unless ok. The
// batch is durable: after a crash it is the same one. Without a batch, Until and
// Epoch are all that is said.
func (c *Cursor) Next(take func(*Record) (more bool)) (b Batch, ok bool, err error) {
	readers := c.list()
	alone := len(readers) == 1
	if c.current != nil {
		readers = []*reader{c.current}
	}
	for range readers {
		c.turn++
		r := readers[c.turn%len(readers)]
		if b, ok, err = r.next(take, c.spool); ok {
			c.current = r
		}
		if !alone {
			b.Until = 0 // another epoch may hold older records
		}
		if ok || err != nil {
			return b, ok, err
		}
		if r.over {
			c.leave(r)
		} else {
			c.spool.free(r.epoch)
		}
	}
	return b, false, nil
}

// Done says that the batch under way has been dealt with. An error means that
// this may be forgotten in a crash; then the batch is given out again.
func (c *Cursor) Done() error {
	r := c.current
	c.current = nil
	last, err := r.done()
	if last {
		c.leave(r)
	} else {
		c.spool.free(r.epoch)
	}
	return err
}

// SetAside gives up the epoch of the batch under way, whose records this cursor
// will never see again: its folder becomes "conflict-EPOCH" and is left to the
// operator; in memory it is lost. If it is the current epoch, recording goes on
// in a new one.
func (c *Cursor) SetAside() error {
	r := c.current
	c.current = nil
	c.spool.retire(r.epoch)
	dir := filepath.Join(c.spool.dir, "conflict-"+strconv.FormatUint(r.epoch.number, 10))
	err := r.epoch.setAside(dir)
	c.leave(r)
	return err
}

// Waiting is how many bytes of records, at most, this cursor is not done with.
func (c *Cursor) Waiting() (bytes int64) {
	for _, r := range c.list() {
		bytes += r.waiting()
	}
	return bytes
}

func (c *Cursor) list() []*reader {
	c.spool.mu.Lock()
	defer c.spool.mu.Unlock()
	return slices.Clone(c.readers)
}

// leave ends this cursor's interest in an epoch; the last one removes it.
func (c *Cursor) leave(r *reader) {
	c.spool.mu.Lock()
	c.readers = slices.DeleteFunc(c.readers, func(other *reader) bool { return other == r })
	last := r.epoch.leave(r)
	if last {
		c.spool.past += r.epoch.appended()
	}
	c.spool.mu.Unlock()
	r.book.close()
	if last {
		c.spool.destroy(r.epoch)
	}
}
