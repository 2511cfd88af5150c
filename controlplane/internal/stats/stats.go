package stats

import (
	"context"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // for systems that have no zones of their own

	"github.com/fingerpost/fingerpost/sync/link"
)

// Options of New.
type Options struct {
	Store Store
	// Pending gives the clicks of each link that have come in and are not booked;
	// nil means that none are known of.
	Pending func(keys []link.Key) map[link.Key]uint64
	Now     func() time.Time // nil means time.Now
}

// Stats answers questions. It is safe for concurrent use and holds no state.
type Stats struct{ Options }

// New checks the options.
func New(o Options) (*Stats, error) {
	if o.Store == nil {
		return nil, errors.New("stats: Store is missing")
	}
	if o.Pending == nil {
		o.Pending = func([]link.Key) map[link.Key]uint64 { return nil }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Stats{o}, nil
}

// Counted is how many clicks a link has.
type Counted struct {
	Total
	Pending uint64 // known of beside, and not booked
}

// Count gives the clicks of each link.
func (s *Stats) Count(ctx context.Context, keys []link.Key) (map[link.Key]Counted, error) {
	totals, err := s.Store.CountClicks(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("counting clicks: %w", err)
	}
	// Read after the totals: what is booked in between is missing for a moment
	// rather than counted twice.
	pending := s.Pending(keys)
	counted := make(map[link.Key]Counted, len(keys))
	for _, key := range keys {
		counted[key] = Counted{Total: totals[key], Pending: pending[key]}
	}
	return counted, nil
}

// CountSince gives the clicks that are booked of each link in the minutes from the
// Unix minute on.
func (s *Stats) CountSince(ctx context.Context, keys []link.Key, minute int64) (map[link.Key]Total, error) {
	totals, err := s.Store.CountSince(ctx, keys, minute)
	if err != nil {
		return nil, fmt.Errorf("counting the last clicks: %w", err)
	}
	return totals, nil
}

// Ask answers q. What it refuses is a *links.Invalid.
func (s *Stats) Ask(ctx context.Context, q Question) (*Answer, error) {
	marks, err := s.span(&q)
	if err != nil {
		return nil, err
	}
	answer := new(Answer)
	// What is final is read first: what is counted later is more, never less.
	if answer.Final, err = s.final(ctx); err != nil {
		return nil, err
	}
	if err = s.catchUp(ctx, &q, marks, &answer.Final); err != nil {
		return nil, err
	}
	period, err := s.period(ctx, &q, marks)
	if err != nil {
		return nil, err
	}
	answer.Period = *period
	if q.By != 0 {
		if answer.Groups, err = s.groups(ctx, &q, answer.From, answer.To); err != nil {
			return nil, err
		}
	}
	if q.Previous {
		r := ruler{q.Bucket, q.Zone}
		before := r.marks(r.back(marks), marks[0], MaxBuckets)
		if err := s.kept(&q, before, "compare"); err != nil {
			return nil, err
		}
		if answer.Previous, err = s.period(ctx, &q, before); err != nil {
			return nil, err
		}
	}
	return answer, nil
}
