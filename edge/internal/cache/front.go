package cache

import (
	"math/rand/v2"
	"sync/atomic"
)

const (
	// reported is one in how many finds in the front ristretto is told of, so that
	// it goes on holding what is popular.
	reported = 32
	// promoted is one in how many finds behind the front enter it: a popular entry
	// soon does, and what is asked for once seldom pushes it out again.
	promoted = 8
)

// front is a small table before ristretto, for the few entries that most
// requests are for. One load finds an entry there, where ristretto takes a lock,
// a map's cold lines and a note to its policy. Stamps guard it like all else;
// an entry in it is what ristretto holds under the key, or was before that
// evicted it.
//
// Only the holder of a key's lock writes to its place. There are at least as
// many places as locks, so keys that share a place share the lock.
type front struct {
	places []atomic.Pointer[Entry]
	mask   uint64
}

func newFront(places int) front {
	return front{places: make([]atomic.Pointer[Entry], places), mask: uint64(places - 1)}
}

func (f *front) place(hash uint64) *atomic.Pointer[Entry] { return &f.places[hash>>even&f.mask] }

// replace makes e what the front has of its key, if it has one.
func (c *Cache) replace(e *Entry, hash uint64) {
	place := c.front.place(hash)
	if was := place.Load(); was != nil && c.key(was) == c.key(e) {
		place.Store(e)
	}
}

// promote may bring e, found in ristretto, to the front. It never waits.
func (c *Cache) promote(e *Entry, hash uint64) {
	if rand.Uint32()%promoted != 0 {
		return
	}
	mu := c.lock(hash)
	if !mu.TryLock() {
		return
	}
	defer mu.Unlock()
	// It may have been replaced since.
	if now, ok := c.entries.Get(hash); ok && now == e {
		c.front.place(hash).Store(e)
	}
}

// report may tell ristretto that the front's entry of hash was asked for.
func (c *Cache) report(hash uint64) {
	if rand.Uint32()%reported == 0 {
		c.entries.Get(hash)
	}
}
