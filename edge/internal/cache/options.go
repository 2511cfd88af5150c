package cache

import (
	"errors"
	"math/bits"
	"time"
)

const (
	stampBytes   = 16 // of a slot: a stamp of entries and one of absences
	counterBytes = 3  // of one of ristretto's counters
)

// Options of a Cache. The zero value of each field means its default.
type Options struct {
	// Bytes bounds the memory of stamps, policy and entries, with what ristretto
	// keeps for each. Default 256 MiB.
	Bytes int64
	// Slots is the number of stamps, a power of two. Default 2^20, or fewer if they
	// would take more than a sixteenth of Bytes. Fewer only cost extra misses.
	Slots int
	// Absences bounds how many unknown codes are remembered. Default 100,000,
	// at about 250 bytes each.
	Absences int
	// AbsenceAge is how long an unknown code is remembered at most. Default 1
	// minute: a creation undoes it at once, so this only bounds what a creation
	// can cost whose publishing is delayed.
	AbsenceAge time.Duration
}

func (o *Options) validate() error {
	if o.Bytes == 0 {
		o.Bytes = 256 << 20
	}
	if o.Slots == 0 {
		o.Slots = min(1<<20, powerOfTwo(o.Bytes/stampBytes/16))
	}
	if o.Absences == 0 {
		o.Absences = 100_000
	}
	if o.AbsenceAge == 0 {
		o.AbsenceAge = time.Minute
	}
	switch {
	case o.Bytes < 1<<20:
		return errors.New("cache: Bytes must be at least 1 MiB")
	case o.Slots < 1 || o.Slots&(o.Slots-1) != 0:
		return errors.New("cache: Slots must be a power of two")
	case o.Absences < 1:
		return errors.New("cache: Absences must be positive")
	case o.AbsenceAge < 0:
		return errors.New("cache: AbsenceAge must be positive")
	}
	return nil
}

// counters is how many ristretto counts popularity with: four for each entry of
// a usual size. Fewer make it mistake rare keys for popular ones.
func (o *Options) counters() int64 { return int64(powerOfTwo(o.Bytes / 64)) }

// places is the size of the front.
func (o *Options) places() int { return max(locks, min(powerOfTwo(o.Bytes>>14), 1<<14)) }

// fixed is the memory that is taken before anything is stored.
func (o *Options) fixed() int64 {
	return int64(o.Slots)*stampBytes + o.counters()*counterBytes + int64(o.places())*8
}

// powerOfTwo is the largest one up to n, and at least 1.
func powerOfTwo(n int64) int { return 1 << (bits.Len64(uint64(max(n, 1))) - 1) }
