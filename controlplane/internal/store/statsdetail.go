package store

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Details is stats.Store's.
func (s *Store) Details(ctx context.Context, scope stats.Scope, g stats.Grain, from, to int64, each func(stats.Detail) error) error {
	if g == stats.Minute {
		return nil
	}
	t, sketch := grain(g), clickHours.sketch
	if g == stats.Day {
		sketch = "c." + clickDays.sketch
	}
	if scope.Key != (link.Key{}) {
		return s.linkDetails(ctx, scope.Key, t, sketch, from, to, each)
	}
	source, a := t.within(scope, from, to)
	rows, err := s.read.QueryContext(ctx, `SELECT c.`+t.column+`, c.detail, `+sketch+` `+source+`
ORDER BY c.`+t.column+`, c.domain, c.code`, a...)
	if err != nil {
		return fmt.Errorf("reading what is known of clicks: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var one slot
		var sketch []byte
		if err := rows.Scan(&one.at, &one.detail, &sketch); err != nil {
			return fmt.Errorf("reading what is known of clicks: %w", err)
		}
		d, err := one.decode(t, sketch)
		if err != nil {
			return fmt.Errorf("reading what is known of clicks: %w", err)
		}
		if err := each(d); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading what is known of clicks: %w", err)
	}
	return nil
}

func (s *slot) decode(t slotTable, sketch []byte) (stats.Detail, error) {
	d := stats.Detail{Start: s.at * t.width, Parts: new(wire.Parts)}
	if err := proto.Unmarshal(s.detail, d.Parts); err != nil {
		return d, err
	}
	if len(sketch) > 0 {
		d.Parts.Sketches = append(d.Parts.Sketches, sketch)
	}
	return d, nil
}
