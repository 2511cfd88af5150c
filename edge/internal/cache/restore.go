package cache

import "github.com/fingerpost/fingerpost/sync/link"

// Restore stores what the larder had for the fill that t began: a link that was
// known to be the newest at knownAt (Unix milliseconds). It is Suspect until a
// fill or a change replaces it. Hit says that something better is held. Miss
// says that a change overtook the fill, so ask again; Absent, that memory knows
// of a newer version than the larder, which therefore is no help.
func (c *Cache) Restore(t Ticket, l *link.Link, knownAt int64) (*Entry, Outcome) {
	mu := c.lock(t.hash)
	mu.Lock()
	defer mu.Unlock()
	if !c.current(t) {
		return nil, Miss
	}
	held := c.held(t.key, t.hash)
	switch {
	case held == nil || held.version < l.Version:
	case c.valid(held, t.hash):
		return held, Hit
	case held.stamp == t.entry:
		return held, Suspect
	case held.version > l.Version:
		return nil, Absent
	}
	// Of no epoch that is or will be, so suspect whatever the feed says.
	return c.store(c.newEntry(l, t.entry, c.past, knownAt), t.hash), Suspect
}
