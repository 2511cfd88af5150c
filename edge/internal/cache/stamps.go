package cache

import "sync/atomic"

// stamps are the slots: one array for entries, one for remembered absences.
type stamps struct {
	entries, absences []atomic.Uint64
	mask              uint64
}

func newStamps(n int) stamps {
	return stamps{entries: make([]atomic.Uint64, n), absences: make([]atomic.Uint64, n), mask: uint64(n - 1)}
}

func (s *stamps) entry(hash uint64) uint64   { return s.entries[s.slot(hash)].Load() }
func (s *stamps) absence(hash uint64) uint64 { return s.absences[s.slot(hash)].Load() }
func (s *stamps) slot(hash uint64) uint64    { return hash >> even & s.mask }

// bump undoes what is held under hash's slot: remembered absences always,
// entries unless the change is a creation. It gives the entries' stamp.
func (s *stamps) bump(hash uint64, creation bool) uint64 {
	s.absences[s.slot(hash)].Add(1)
	if creation {
		return s.entry(hash)
	}
	return s.entries[s.slot(hash)].Add(1)
}
