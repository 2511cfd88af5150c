package stats

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// groups divides the clicks of [from, to) by q.By. Only people are described, and
// of programs their names.
func (s *Stats) groups(ctx context.Context, q *Question, from, to int64) (*Groups, error) {
	bots := q.By == wire.Dimension_DIMENSION_BOT
	switch {
	case bots && q.Bots == Exclude:
		return nil, links.Refuse("by", links.Conflict, "is about bots, which bots=exclude leaves out")
	case !bots && q.Bots == Only:
		return nil, links.Refuse("by", links.Conflict, "must be bot: nothing but their names is kept of bots")
	}
	parts := segments(from, to, s.oldest(q.Kept, Hour))
	g := &Groups{From: parts[0].from, To: parts[len(parts)-1].to}
	values := make(map[string]uint64)
	var total uint64
	for _, p := range parts {
		n, err := s.divide(ctx, q, p, values)
		if err != nil {
			return nil, err
		}
		total += n
	}
	g.fill(values, total, q.Top)
	return g, nil
}

// divide adds to values how the clicks of p divide, and gives how many there are.
// They are counted after their details: what is booked in between is unknown.
func (s *Stats) divide(ctx context.Context, q *Question, p segment, values map[string]uint64) (total uint64, err error) {
	err = s.Store.Details(ctx, q.Scope, p.grain, p.from, p.to, func(d Detail) error {
		for _, part := range d.Parts.GetParts() {
			if part.GetDimension() == q.By {
				values[part.GetValue()] += part.GetCount()
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("reading details: %w", err)
	}
	slots, err := s.Store.Series(ctx, q.Scope, p.grain, p.from, p.to)
	if err != nil {
		return 0, fmt.Errorf("reading clicks: %w", err)
	}
	kind := Exclude
	if q.By == wire.Dimension_DIMENSION_BOT {
		kind = Only
	}
	for _, slot := range slots {
		total += kind.of(slot.Total)
	}
	return total, nil
}

// fill makes groups of values; "" is the store's rest.
func (g *Groups) fill(values map[string]uint64, total uint64, top int) {
	var known uint64
	for value, n := range values {
		known += n
		if value != "" {
			g.Items = append(g.Items, Group{value, n})
		}
	}
	slices.SortFunc(g.Items, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	g.Other = values[""]
	for _, small := range g.Items[min(top, len(g.Items)):] {
		g.Other += small.Count
	}
	g.Items = g.Items[:min(top, len(g.Items))]
	if total > known {
		g.Unknown = total - known
	}
}
