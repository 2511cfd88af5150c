package cache

import "sync"

// lock is the mutex of the keys that share hash's stripe.
func (c *Cache) lock(hash uint64) *sync.Mutex { return &c.locks[hash>>even%uint64(len(c.locks))] }

// store makes e what its key answers with. The caller holds the key's lock. It
// gives the entry that is now right to serve: e, or the one that was held if
// that is valid and newer. (Tickets rule that out while the origin reads as
// strongly as it promises; a replica that lags must not undo anything either.)
func (c *Cache) store(e *Entry, hash uint64) *Entry {
	if held := c.held(c.key(e), hash); held != nil && held.version > e.version && c.valid(held, hash) {
		return held
	}
	c.absences.drop(hash)
	c.put(e, hash)
	return e
}

// put is the only place where an entry enters ristretto. The caller holds the
// key's lock.
func (c *Cache) put(e *Entry, hash uint64) {
	_, had := c.entries.Get(hash)
	c.entries.Set(hash, e, e.cost())
	// A key that is held was updated in place. Any other was queued, or dropped:
	// waiting until the queue is worked off leaves no queued set behind that a
	// later one could lose to, for of two queued sets of a new key ristretto
	// keeps the older.
	if now, ok := c.entries.Get(hash); !ok || now != e {
		c.entries.Wait()
	}
	if now, ok := c.entries.Get(hash); ok && now == e && !had {
		// One that another has pushed out by now is missing here: one in a million.
		c.entered.Add(1)
		c.entries.UpdateMaxCost(c.options.room() - c.worn())
	}
	c.replace(e, hash)
}
