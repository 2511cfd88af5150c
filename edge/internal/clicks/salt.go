package clicks

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	day = int64(24 * time.Hour / time.Millisecond)
	// saltEvery is how often the keys are looked after, and how long before midnight
	// tomorrow's is asked for.
	saltEvery = time.Second
	saltAhead = int64(10 * time.Minute / time.Millisecond)
)

// salts are the keys of the sketches of today and, shortly before it begins, of
// tomorrow. They are in memory alone.
type salts struct {
	held [2]atomic.Pointer[salt] // by the day's parity
}

type salt struct {
	day int64
	key [16]byte
}

// of gives the key of a click's day, nil if it is not known. Hot path: 0 allocs.
func (s *salts) of(at int64) *[16]byte {
	if held := s.held[(at/day)&1].Load(); held != nil && held.day == at/day {
		return &held.key
	}
	return nil
}

// keepSalts asks for the keys when they are needed, and throws them away when
// their day is over.
func (r *Recorder) keepSalts(ctx context.Context) {
	tick := time.NewTicker(saltEvery)
	defer tick.Stop()
	for {
		now := r.options.Now().UnixMilli()
		r.salts.expire(now / day)
		r.needSalt(ctx, now)
		r.needSalt(ctx, now+saltAhead)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *salts) expire(today int64) {
	for i := range s.held {
		if held := s.held[i].Load(); held != nil && held.day < today {
			s.held[i].Store(nil)
		}
	}
}

// needSalt asks for the key of a moment's day unless it is known. Without it the
// visitor of a click is not known, which is no reason to do more.
func (r *Recorder) needSalt(ctx context.Context, at int64) {
	if r.salts.of(at) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, r.options.Attempt)
	defer cancel()
	key, err := r.options.Plane.Salt(ctx, at/day)
	if err != nil {
		r.options.Logger.Debug("the key of the day's visitors is not known yet", "error", err)
		return
	}
	r.salts.held[(at/day)&1].Store(&salt{at / day, key})
}
