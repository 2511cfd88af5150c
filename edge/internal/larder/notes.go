package larder

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// remembered is how many epochs are noted. Records of older ones are as fresh as
// the fill that brought them.
const remembered = 256

// chance is how many bits of an epoch's number are drawn.
const chance = 20

// notes are up to when the feed vouched for each epoch's records, in Unix
// milliseconds.
type notes struct {
	mu      sync.Mutex
	current uint64
	until   map[uint64]int64
}

// newNotes begins an epoch of this process. Epochs are numbered by the clock and
// by chance, so that one which was never noted does not come again, even if the
// clock is set back.
func newNotes(until map[uint64]int64, now int64) *notes {
	n := &notes{until: until}
	n.rebase(now)
	return n
}

func (n *notes) epoch() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.current
}

func (n *notes) rebase(now int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	newest := n.current
	for epoch := range n.until {
		newest = max(newest, epoch)
	}
	n.current = max(newest+1, uint64(max(0, now))<<chance|rand.Uint64N(1<<chance))
}

func (n *notes) confirm(asOf int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.until[n.current] = asOf
}

// confirmed is up to when the feed vouched for an epoch's records; 0: never.
func (n *notes) confirmed(epoch uint64) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.until[epoch]
}

// copy is what to make durable. It forgets the oldest epochs.
func (n *notes) copy() map[uint64]int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	epochs := slices.Sorted(maps.Keys(n.until))
	for _, old := range epochs[:max(0, len(epochs)-remembered)] {
		delete(n.until, old)
	}
	return maps.Clone(n.until)
}

// learn takes over what another process noted.
func (n *notes) learn(until map[uint64]int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for epoch, asOf := range until {
		if epoch != n.current {
			n.until[epoch] = max(n.until[epoch], asOf)
		}
	}
}
