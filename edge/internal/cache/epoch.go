package cache

import "sync/atomic"

// epoch is a span of time in which the feed missed nothing. Entries name the
// epoch that they were stored in, so all of them learn from one atomic store that
// the feed was alive, and all become suspect when another begins.
type epoch struct {
	number uint32 // in Cache.epochs
	// confirmed is the last moment, in Unix milliseconds, at which every
	// committed change had been applied. It stands still once the epoch is over.
	confirmed atomic.Int64
}

// Rebase begins a new epoch: whatever was stored, and every fill begun before
// this call, is suspect. Called by the feed's goroutine only.
func (c *Cache) Rebase() {
	c.epoch.Store(c.newEpoch())
}

// newEpoch gives an epoch its number. Called by New and the feed's goroutine.
func (c *Cache) newEpoch() *epoch {
	e := new(epoch)
	e.number = uint32(len(c.epochs.values()))
	c.epochs.number(e)
	return e
}

// Confirm says that every change committed up to asOf, in Unix milliseconds, has
// been applied. An earlier asOf than before means that the clock was set back,
// and counts. Called by the feed's goroutine only.
func (c *Cache) Confirm(asOf int64) { c.epoch.Load().confirmed.Store(asOf) }
