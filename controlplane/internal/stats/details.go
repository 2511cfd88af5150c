package stats

import (
	"context"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/visitors"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// visitors estimates who came in the days of UTC that hold [from, to), and who in
// each of them, by their starts.
func (s *Stats) visitors(ctx context.Context, scope Scope, from, to int64) (*Visitors, map[int64]uint64, error) {
	of := &Visitors{From: down(from, day), To: up(to, day)}
	all, one, each := visitors.New(), visitors.New(), make(map[int64]uint64)
	today := int64(-1)
	err := s.Store.Details(ctx, scope, Day, of.From, of.To, func(d Detail) error {
		if d.Start != today {
			today, one = d.Start, visitors.New()
		}
		for _, sketch := range []*visitors.Sketch{all, one} {
			if err := touch(sketch, d.Parts); err != nil {
				return err
			}
		}
		each[today] = one.Estimate()
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading visitors: %w", err)
	}
	of.Count = all.Estimate()
	return of, each, nil
}

func touch(sketch *visitors.Sketch, p *wire.Parts) error {
	for _, register := range p.GetVisitors() {
		sketch.Add(register)
	}
	for _, encoded := range p.GetSketches() {
		if err := sketch.Merge(encoded); err != nil {
			return err
		}
	}
	return nil
}

// segment is a time whose slots of one length are read.
type segment struct {
	grain    Grain
	from, to int64
}

// segments divides whole hours that hold [from, to) into days of UTC and the
// hours before and after. Where hours are not kept since oldest, they hold whole
// days.
func segments(from, to, oldest int64) []segment {
	from, to = down(from, hour), up(to, hour)
	if from < oldest {
		from = down(from, day)
	}
	if max(from, down(to, day)) < oldest {
		to = up(to, day)
	}
	first, last := up(from, day), down(to, day)
	if first >= last {
		return []segment{{Hour, from, to}}
	}
	all := []segment{{Hour, from, first}, {Day, first, last}, {Hour, last, to}}
	if first == from {
		all = all[1:]
	}
	if last == to {
		all = all[:len(all)-1]
	}
	return all
}
