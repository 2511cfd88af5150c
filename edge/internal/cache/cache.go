package cache

import (
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/ristretto/v2"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Outcome is what memory knows about a key.
type Outcome uint8

// The outcomes. The zero Outcome sends the caller to the origin.
const (
	Miss    Outcome = iota // nothing that may be served
	Hit                    // an entry: the newest as of KnownAt
	Absent                 // no link has this key
	Suspect                // an entry of an older epoch, or restored: ask again when it is served
)

// locks is how many keys can be stored at the same time.
const locks = 256

// Cache holds the hot mappings of one edge. Find may be called from any
// goroutine, Begin and Complete from any fill, and Apply, Invalidate, Rebase and
// Confirm from one goroutine, the feed's.
type Cache struct {
	options  Options
	hasher   hasher
	stamps   stamps
	epoch    atomic.Pointer[epoch]
	past     *epoch // of what was restored; never current
	epochs   table[*epoch]
	domains  table[string]
	front    front
	entries  *ristretto.Cache[uint64, *Entry]
	entered  atomic.Int64 // entries that ever were new
	evicted  atomic.Int64 // and how many of them had to go
	absences *absences
	locks    [locks]sync.Mutex // of keys, by hash: who may store; never held across I/O
}

// New makes an empty cache. Close ends it.
func New(o Options) (*Cache, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	c := &Cache{
		options: o,
		hasher:  hasher{maphash.MakeSeed()},
		stamps:  newStamps(o.Slots),
		front:   newFront(o.places()),
	}
	var err error
	if c.absences, err = newAbsences(o.Absences); err != nil {
		return nil, fmt.Errorf("making the memory of absences: %w", err)
	}
	if c.entries, err = ristretto.NewCache(&ristretto.Config[uint64, *Entry]{
		NumCounters:        o.counters(),
		MaxCost:            o.room(),
		BufferItems:        64,
		IgnoreInternalCost: true, // cost counts it
		OnEvict:            func(*ristretto.Item[*Entry]) { c.evicted.Add(1) },
	}); err != nil {
		return nil, fmt.Errorf("making the cache: %w", err)
	}
	c.past = c.newEpoch()
	c.epoch.Store(c.newEpoch())
	return c, nil
}

// Close frees the cache. Nothing may store any more: ristretto panics when a
// set races its closing.
func (c *Cache) Close() { c.entries.Close() }

// Find looks a key up in memory; now is Unix milliseconds. The entry is given
// with Hit and Suspect. Whether it is fresh enough, and what its dates say, is
// for the caller to judge. Hot path: 0 allocs.
func (c *Cache) Find(domain string, code []byte, now int64) (*Entry, Outcome) {
	hash := c.hasher.bytes(domain, code)
	// A slot is read after the entry: a change that was applied before this lookup
	// began is seen.
	if e := c.front.place(hash).Load(); e != nil && e.stamp == c.stamps.entry(hash) && c.is(e, domain, code) {
		c.report(hash)
		return e, c.outcome(e)
	}
	if e, ok := c.entries.Get(hash); ok && e.stamp == c.stamps.entry(hash) && c.is(e, domain, code) {
		c.promote(e, hash)
		return e, c.outcome(e)
	}
	if a, ok := c.absences.get(hash); ok && a.key.Code == string(code) && a.key.Domain == domain {
		if a.stamp == c.stamps.absence(hash) && a.epoch == c.epoch.Load() &&
			now-a.asked < c.options.AbsenceAge.Milliseconds() {
			return nil, Absent
		}
	}
	return nil, Miss
}

// outcome is that of finding e under its slot's stamp.
func (c *Cache) outcome(e *Entry) Outcome {
	if e.epoch == c.epoch.Load().number {
		return Hit
	}
	return Suspect
}

// held is the entry of key, under whatever stamp, or nil. The caller holds the
// key's lock.
func (c *Cache) held(key link.Key, hash uint64) *Entry {
	if e := c.front.place(hash).Load(); e != nil && c.key(e) == key {
		return e
	}
	if e, ok := c.entries.Get(hash); ok && c.key(e) == key {
		return e
	}
	return nil
}

// valid says whether e may be served as the newest.
func (c *Cache) valid(e *Entry, hash uint64) bool {
	return e.stamp == c.stamps.entry(hash) && e.epoch == c.epoch.Load().number
}
