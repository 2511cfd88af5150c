package cache

import (
	"errors"
	"time"
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
