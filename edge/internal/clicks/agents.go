package clicks

import (
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
)

// agents remembers the xxHash of the agents that come most often, by another hash,
// which is quicker to make but this process's own. Handlers share it without a lock:
// halves that two of them stored do not fit together.
type agents [512]struct {
	hash  atomic.Uint64 // of the agent
	check atomic.Uint64 // hash xor the other hash
}

// of gives the xxHash of an agent, whose other hash is key. Hot path: 0 allocs.
func (a *agents) of(agent []byte, key uint64) uint64 {
	known := &a[key%uint64(len(a))]
	hash := known.hash.Load()
	if known.check.Load() == hash^key {
		return hash
	}
	hash = xxhash.Sum64(agent)
	known.hash.Store(hash)
	known.check.Store(hash ^ key)
	return hash
}
