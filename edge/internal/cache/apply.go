package cache

import "github.com/fingerpost/fingerpost/sync/link"

// Apply takes over a change from the feed. It may be repeated, and versions may
// be skipped, but those of a key arrive in order except when the feed repeats
// itself. Called by the feed's goroutine only.
func (c *Cache) Apply(l *link.Link) {
	hash := c.hasher.key(l.Key)
	creation := l.Version == 1
	// First of all: from here on nothing older is found, and no fill begun
	// before can be stored.
	stamp := c.stamps.bump(hash, creation)

	mu := c.lock(hash)
	mu.Lock()
	defer mu.Unlock()
	held := c.held(l.Key, hash)
	switch {
	case held == nil && !c.absences.remembered(l.Key, hash):
		// Not asked for here: an edge holds what its visitors want.
	case held == nil || held.version < l.Version:
		// An event may have been long on its way: how fresh it is, only the feed's
		// next confirmation tells.
		const unknown = 0
		c.store(c.newEntry(l, stamp, c.epoch.Load(), unknown), hash)
	case !creation && held.stamp+1 == stamp && held.epoch == c.epoch.Load().number:
		// What is held is this very change or a later one, and only our own bump
		// invalidated it: a fill was quicker than the feed, or the feed repeats
		// itself.
		c.store(held.restamped(stamp), hash)
	}
}

// Invalidate makes the next lookup of key ask the origin: it changed, but the
// feed could not say how. Called by the feed's goroutine only.
func (c *Cache) Invalidate(key link.Key) {
	hash := c.hasher.key(key)
	c.stamps.bump(hash, false)

	mu := c.lock(hash)
	mu.Lock()
	defer mu.Unlock()
	c.absences.drop(hash)
	// A feed that repeats itself may bring a version between what is held and the
	// unreadable one. It must not be stored, so what is held counts as newer than
	// any event, until a fill replaces it.
	if held := c.held(key, hash); held != nil {
		c.put(held.barred(), hash)
	}
}
