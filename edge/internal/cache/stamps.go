package cache

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"

	"github.com/fingerpost/fingerpost/sync/link"
)

// stamps are the slots: one array for entries, one for remembered absences.
type stamps struct {
	entries, absences []atomic.Uint64
	mask              uint64
}

func newStamps(n int) stamps {
	return stamps{entries: make([]atomic.Uint64, n), absences: make([]atomic.Uint64, n), mask: uint64(n - 1)}
}

func (s *stamps) entry(hash uint64) uint64   { return s.entries[hash&s.mask].Load() }
func (s *stamps) absence(hash uint64) uint64 { return s.absences[hash&s.mask].Load() }

// bump undoes what is held under hash's slot: remembered absences always,
// entries unless the change is a creation. It gives the entries' stamp.
func (s *stamps) bump(hash uint64, creation bool) uint64 {
	s.absences[hash&s.mask].Add(1)
	if creation {
		return s.entry(hash)
	}
	return s.entries[hash&s.mask].Add(1)
}

// hasher maps keys to 64 bits with a seed of this process, so nobody outside
// can choose codes that share a slot.
type hasher struct{ seed maphash.Seed }

// bytes is the hash of domain and code. Hot path: 0 allocs.
func (h hasher) bytes(domain string, code []byte) uint64 {
	return join(maphash.String(h.seed, domain), maphash.Bytes(h.seed, code))
}

func (h hasher) key(k link.Key) uint64 {
	return join(maphash.String(h.seed, k.Domain), maphash.String(h.seed, k.Code))
}

// join is not symmetric: domain a with code b is not domain b with code a.
func join(domain, code uint64) uint64 { return bits.RotateLeft64(domain, 23) ^ code }
