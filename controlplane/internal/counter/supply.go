package counter

import "time"

const (
	// A range is sized to what was minted in the time of use, within bounds: the
	// lower keeps a quiet writer from leasing for each link, the upper bounds what
	// a writer that dies can waste.
	minSize = 1_000
	maxSize = MaxSize
	useTime = time.Minute
)

// supply is what a writer holds of one code length. It is its Minter's, under
// the Minter's mutex.
type supply struct {
	current Range     // what is left of the range in use
	size    uint64    // of that range when it came into use, at begun
	begun   time.Time // by the injected clock
	ahead   Range     // the next range; Size 0 if there is none

	attempt *attempt  // the lease under way; at most one
	retryAt time.Time // no lease before this, after one that failed
	failing bool      // the last lease failed
	ended   bool      // nothing is left to lease, ever
}

// attempt is one lease. err may be read once done is closed.
type attempt struct {
	done chan struct{}
	err  error
}

// take takes the next number if one is held.
func (s *supply) take(now time.Time) (id uint64, ok bool) {
	if s.current.Size == 0 {
		s.use(s.ahead, now)
		s.ahead = Range{}
	}
	if s.current.Size == 0 {
		return 0, false
	}
	id = s.current.First
	s.current.First++
	s.current.Size--
	return id, true
}

func (s *supply) use(r Range, now time.Time) {
	s.current, s.size, s.begun = r, r.Size, now
}

// add takes over a range that was leased.
func (s *supply) add(r Range, now time.Time) {
	if s.current.Size == 0 {
		s.use(r, now)
	} else {
		s.ahead = r
	}
}

// wanting says whether to lease now: when half of the range in use is gone, no
// other is held or on its way, some are left, and the last failure is some time ago.
func (s *supply) wanting(now time.Time) bool {
	return s.attempt == nil && !s.ended && s.ahead.Size == 0 && s.current.Size <= s.size/2 && !now.Before(s.retryAt)
}

// next is the size to lease now: what useTime takes at the pace of the range in
// use. A clock that stood still or went back makes it the largest, which costs
// numbers and nothing else.
func (s *supply) next(now time.Time) uint64 {
	used := s.size - s.current.Size
	if used == 0 {
		return minSize
	}
	elapsed := max(now.Sub(s.begun), time.Millisecond)
	pace := float64(used) / float64(elapsed)
	return uint64(min(max(pace*float64(useTime), minSize), maxSize))
}
