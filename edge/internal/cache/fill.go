package cache

import (
	"fmt"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Ticket is taken before the origin is asked. It says under which stamps and
// epoch the answer may be stored.
type Ticket struct {
	key            link.Key
	hash           uint64
	entry, absence uint64
	epoch          *epoch
	asked          int64
}

// Begin takes a ticket for one fill of key; now is Unix milliseconds.
func (c *Cache) Begin(key link.Key, now int64) Ticket {
	hash := c.hasher.key(key)
	return Ticket{
		key:     key,
		hash:    hash,
		epoch:   c.epoch.Load(),
		entry:   c.stamps.entry(hash),
		absence: c.stamps.absence(hash),
		asked:   now,
	}
}

// Flight names the fills that may share one answer: those of one key that began
// under the same stamps. Sharing by key alone would hand a change's latecomer
// the answer from before the change.
func (t Ticket) Flight() string {
	return fmt.Sprintf("%s %d %d %d", t.key, t.entry, t.absence, t.epoch.number)
}

// Complete stores what the origin answered to the fill that t began: the link,
// or nil if there is none. It gives what may be answered now. Miss says that a
// change, or another creation in the same slot, overtook the fill: its answer
// may be old and was not stored, so look again and then ask again.
func (c *Cache) Complete(t Ticket, l *link.Link) (*Entry, Outcome) {
	if l == nil {
		return nil, c.absent(t, false)
	}
	return c.CompleteAnd(t, l, func() {})
}

// CompleteAnd is Complete for a link. It calls taken if no change overtook the
// fill: an Apply or Invalidate of the same key that has not returned yet will
// return after taken has. taken must not wait.
func (c *Cache) CompleteAnd(t Ticket, l *link.Link, taken func()) (*Entry, Outcome) {
	mu := c.lock(t.hash)
	mu.Lock()
	defer mu.Unlock()
	if !c.current(t) {
		return nil, Miss
	}
	taken()
	return c.store(c.newEntry(l, t.entry, t.epoch, t.asked), t.hash), Hit
}

// Refuse is Complete for a record that must not be served: the key is remembered
// as absent until it changes.
func (c *Cache) Refuse(t Ticket) Outcome { return c.absent(t, true) }

func (c *Cache) absent(t Ticket, refused bool) Outcome {
	mu := c.lock(t.hash)
	mu.Lock()
	defer mu.Unlock()
	if !c.current(t) {
		return Miss
	}
	// What is suspect would be found before the absence.
	if held := c.held(t.key, t.hash); held != nil && !c.valid(held, t.hash) {
		c.put(held.barred(), t.hash)
	}
	c.absences.put(t.hash, absence{key: t.key, stamp: t.absence, epoch: t.epoch, asked: t.asked, refused: refused})
	return Absent
}

// current says whether no change came since t was taken. The caller holds the
// key's lock: without it, a fill under t could store after a fill under a later
// ticket, of a newer version, was stored and rejected. For the same reason both
// stamps must match, whatever the answer.
func (c *Cache) current(t Ticket) bool {
	return t.entry == c.stamps.entry(t.hash) && t.absence == c.stamps.absence(t.hash) && t.epoch == c.epoch.Load()
}
