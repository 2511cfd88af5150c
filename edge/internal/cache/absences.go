package cache

import (
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/fingerpost/fingerpost/sync/link"
)

// absence remembers that the origin has no servable link under key.
type absence struct {
	key   link.Key
	stamp uint64
	epoch *epoch
	asked int64 // Unix milliseconds
	// refused: there is a link, but its record was damaged. An event must not
	// replace this by a version that may be older than the damaged one.
	refused bool
}

// absences is the bounded memory of unknown codes, by hash.
type absences struct{ lru *lru.Cache[uint64, absence] }

func newAbsences(size int) (*absences, error) {
	l, err := lru.New[uint64, absence](size)
	if err != nil {
		return nil, err
	}
	return &absences{l}, nil
}

func (a *absences) get(hash uint64) (absence, bool) { return a.lru.Get(hash) }
func (a *absences) put(hash uint64, x absence)      { a.lru.Add(hash, x) }
func (a *absences) drop(hash uint64)                { a.lru.Remove(hash) }

// remembered says whether key is remembered as absent, under whatever stamp.
func (a *absences) remembered(key link.Key, hash uint64) bool {
	x, ok := a.lru.Peek(hash)
	return ok && x.key == key && !x.refused
}
