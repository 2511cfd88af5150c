package cache

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/fingerpost/fingerpost/sync/link"
)

// table gives what many entries share a number, for they have no pointers. It
// only grows: by a string for each domain that ever had an entry here, and by a
// word for each epoch.
type table[T comparable] struct {
	mu  sync.Mutex          // held by whoever replaces all
	all atomic.Pointer[[]T] // never written to
}

// number is that of v, which is added if need be.
func (t *table[T]) number(v T) uint32 {
	if n := slices.Index(t.values(), v); n >= 0 {
		return uint32(n)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.values()
	n := slices.Index(all, v)
	if n < 0 {
		n, all = len(all), append(slices.Clone(all), v)
		t.all.Store(&all)
	}
	return uint32(n)
}

func (t *table[T]) values() []T {
	if all := t.all.Load(); all != nil {
		return *all
	}
	return nil
}

// of is what has a number. Hot path: 0 allocs.
func (t *table[T]) of(number uint32) T { return (*t.all.Load())[number] }

// key names e's link.
func (c *Cache) key(e *Entry) link.Key {
	return link.Key{Domain: c.domains.of(e.domain), Code: e.Code()}
}

// is says whether e is the entry of a key. Hot path: 0 allocs.
func (c *Cache) is(e *Entry, domain string, code []byte) bool {
	return e.Code() == string(code) && c.domains.of(e.domain) == domain
}

// KnownAt is the last moment, in Unix milliseconds, at which e was known to be
// the newest: when it was read, or when the feed last confirmed that nothing had
// changed since. Hot path: 0 allocs.
func (c *Cache) KnownAt(e *Entry) int64 {
	return max(e.asked, c.epochs.of(e.epoch).confirmed.Load())
}
