package cache

import "sync/atomic"

// epoch is a span of time in which the feed missed nothing. Entries point to
// the epoch that they were stored in, so all of them learn from one atomic
// store that the feed was alive, and all become suspect when another begins.
type epoch struct {
	number uint64
	// confirmed is the last moment, in Unix milliseconds, at which every
	// committed change had been applied. It stands still once the epoch is over.
	confirmed atomic.Int64
}

// Rebase begins a new epoch: whatever was stored, and every fill begun before
// this call, is suspect. Called by the feed's goroutine only.
func (c *Cache) Rebase() {
	c.epoch.Store(&epoch{number: c.epoch.Load().number + 1})
}

// Confirm says that every change committed up to asOf, in Unix milliseconds, has
// been applied. An earlier asOf than before means that the clock was set back,
// and counts. Called by the feed's goroutine only.
func (c *Cache) Confirm(asOf int64) { c.epoch.Load().confirmed.Store(asOf) }
