package stats

import (
	"context"
	"fmt"
)

// period answers for the buckets between marks.
func (s *Stats) period(ctx context.Context, q *Question, marks []int64) (*Period, error) {
	p := &Period{From: marks[0], To: marks[len(marks)-1]}
	var each map[int64]uint64
	if q.Visitors && q.Bots != Only {
		var err error
		if p.Visitors, each, err = s.visitors(ctx, q.Scope, p.From, p.To); err != nil {
			return nil, err
		}
	}
	slots, err := s.Store.Series(ctx, q.Scope, grain(marks), p.From, p.To)
	if err != nil {
		return nil, fmt.Errorf("reading clicks: %w", err)
	}
	for i, end := range marks[1:] {
		start := marks[i]
		var sum Total
		for len(slots) > 0 && slots[0].Start < end {
			sum.Count += slots[0].Count
			sum.Bots += slots[0].Bots
			slots = slots[1:]
		}
		item := Item{Start: start, Count: q.Bots.of(sum), Bots: sum.Bots}
		p.Count += item.Count
		p.Bots += item.Bots
		if item.Count == 0 {
			continue
		}
		if n, ok := each[start]; ok && end-start == day {
			item.Visitors = &n
		}
		p.Items = append(p.Items, item)
	}
	return p, nil
}
