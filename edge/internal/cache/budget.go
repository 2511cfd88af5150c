package cache

import "math/bits"

const (
	stampBytes   = 16 // of a slot: a stamp of entries and one of absences
	counterBytes = 4  // of one of ristretto's counters, with its share of the filter before them

	// ristretto has an entry in one of 256 maps and its cost in another one. So much
	// do they take for each entry while nothing was evicted, and so much more when
	// everything was, many times over: what is deleted leaves marks in Go's maps, for
	// which they grow earlier, and they never shrink. Measured, with maps of forty to
	// three thousand keys; TestBytesAreHonoured fails when it is no longer true.
	mapBytes  = 140
	wornBytes = 68

	queueBytes = 32_768 * 8 // of ristretto's queue of sets
)

// counters is how many ristretto counts popularity with: four for each entry of
// a usual size. Fewer make it mistake rare keys for popular ones.
func (o *Options) counters() int64 { return int64(powerOfTwo(o.Bytes / 64)) }

// places is the size of the front.
func (o *Options) places() int { return max(locks, min(powerOfTwo(o.Bytes>>11), 1<<18)) }

// fixed is the memory that is taken before anything is stored.
func (o *Options) fixed() int64 {
	return int64(o.Slots)*stampBytes + o.counters()*counterBytes + int64(o.places())*8 + queueBytes
}

// room is what is left for entries and maps.
func (o *Options) room() int64 { return o.Bytes - o.fixed() }

// Mappings is how many entries the cache holds.
func (c *Cache) Mappings() int64 { return max(0, c.entered.Load()-c.evicted.Load()) }

// Bytes is the memory that the cache takes, by its own account.
func (c *Cache) Bytes() int64 {
	return c.options.fixed() + c.entries.MaxCost() - c.entries.RemainingCost() + c.worn()
}

// cost is what e takes while nothing was evicted.
func (e *Entry) cost() int64 { return e.size() + mapBytes }

// worn is what evictions have made the maps take beside.
func (c *Cache) worn() int64 {
	evicted := float64(c.evicted.Load()) / float64(max(1, c.entered.Load()))
	return int64(evicted * wornBytes * float64(c.Mappings()))
}

// powerOfTwo is the largest one up to n, and at least 1.
func powerOfTwo(n int64) int { return 1 << (bits.Len64(uint64(max(n, 1))) - 1) }
