package cache

import "math/bits"

const (
	stampBytes   = 16 // of a slot: a stamp of entries and one of absences
	counterBytes = 3  // of one of ristretto's counters

	// ristretto has an entry in one of 256 maps and its cost in another map. Their
	// slots, with their share of what Go's maps keep beside them, take so much.
	shards    = 256
	slotBytes = 57
	costBytes = 17

	// usual is the size of an entry of a usual link.
	usual = 112
)

// counters is how many ristretto counts popularity with: four for each entry of
// a usual size. Fewer make it mistake rare keys for popular ones.
func (o *Options) counters() int64 { return int64(powerOfTwo(o.Bytes / 64)) }

// places is the size of the front.
func (o *Options) places() int { return max(locks, min(powerOfTwo(o.Bytes>>11), 1<<18)) }

// fixed is the memory that is taken before anything is stored.
func (o *Options) fixed() int64 {
	return int64(o.Slots)*stampBytes + o.counters()*counterBytes + int64(o.places())*8
}

// overhead is what ristretto's maps take for each entry when the cache is full.
// A map doubles when it is seven eighths full, so it is anything between 84 and
// 170 bytes: it depends on how many entries the budget makes room for.
func (o *Options) overhead() int64 {
	budget := o.Bytes - o.fixed()
	n := budget / usual
	for n > 1 && n*(usual+perEntry(n)) > budget {
		n -= n/128 + 1
	}
	// Shards are not alike: some double a little earlier.
	return max(perEntry(n), perEntry(n+n/16))
}

// perEntry is what the maps take for each of n entries.
func perEntry(n int64) int64 {
	n = max(n, shards)
	return (shards*mapSlots(n/shards)*slotBytes + mapSlots(n)*costBytes) / n
}

// mapSlots is how many slots a map with n keys has.
func mapSlots(n int64) int64 { return 1 << bits.Len64(uint64(n*8/7)) }

// powerOfTwo is the largest one up to n, and at least 1.
func powerOfTwo(n int64) int { return 1 << (bits.Len64(uint64(max(n, 1))) - 1) }
