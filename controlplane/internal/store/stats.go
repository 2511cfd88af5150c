package store

import (
	"context"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
)

var _ stats.Store = (*Store)(nil)

// CountClicks is stats.Store's.
func (s *Store) CountClicks(ctx context.Context, keys []link.Key) (map[link.Key]stats.Total, error) {
	return s.countClicks(ctx, keys, func(source string, a args) (string, args) {
		return `SELECT domain, code, count, bots FROM click_totals WHERE (domain, code) IN (` + source + `)`, a
	})
}

// CountSince is stats.Store's.
func (s *Store) CountSince(ctx context.Context, keys []link.Key, minute int64) (map[link.Key]stats.Total, error) {
	return s.countClicks(ctx, keys, func(source string, a args) (string, args) {
		return `SELECT domain, code, CAST(SUM(count) AS BIGINT), CAST(SUM(bots) AS BIGINT) FROM click_minutes
WHERE (domain, code) IN (` + source + `) AND minute >= ` + a.add(minute) + ` GROUP BY domain, code`, a
	})
}

// countClicks runs a query that gives rows of a link and its clicks for a source of
// keys.
func (s *Store) countClicks(ctx context.Context, keys []link.Key, query func(source string, a args) (string, args)) (map[link.Key]stats.Total, error) {
	counts := make(map[link.Key]stats.Total, len(keys))
	var domains, codes []string
	for _, key := range keys {
		domains, codes = append(domains, key.Domain), append(codes, key.Code)
	}
	err := s.dialect.each(columns{domains, codes}, func(source string, a args) error {
		text, a := query(source, a)
		rows, err := s.read.QueryContext(ctx, text, a...)
		if err != nil {
			return err
		}
		_, err = all(rows, func(row scanner) (key link.Key, err error) {
			var t stats.Total
			err = row.Scan(&key.Domain, &key.Code, &t.Count, &t.Bots)
			counts[key] = t
			return key, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("counting clicks: %w", err)
	}
	return counts, nil
}

// grain gives the table of slots of a length.
func grain(g stats.Grain) slotTable {
	switch g {
	case stats.Minute:
		return slotTables[0]
	case stats.Hour:
		return slotTables[1]
	default:
		return slotTables[2]
	}
}

// Series is stats.Store's.
func (s *Store) Series(ctx context.Context, scope stats.Scope, g stats.Grain, from, to int64) ([]stats.Slot, error) {
	t := grain(g)
	if scope.Key != (link.Key{}) && g != stats.Minute {
		return s.linkSeries(ctx, scope.Key, t, from, to)
	}
	source, a := t.within(scope, from, to)
	at := "c." + t.column
	rows, err := s.read.QueryContext(ctx, `SELECT `+at+`, CAST(SUM(c.count) AS BIGINT), CAST(SUM(c.bots) AS BIGINT) `+
		source+` GROUP BY `+at+` ORDER BY `+at, a...)
	if err != nil {
		return nil, fmt.Errorf("reading clicks: %w", err)
	}
	slots, err := all(rows, func(row scanner) (slot stats.Slot, err error) {
		err = row.Scan(&slot.Start, &slot.Count, &slot.Bots)
		slot.Start *= t.width
		return slot, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading clicks: %w", err)
	}
	return slots, nil
}

// within is the FROM and WHERE of the rows c that a scope has in [from, to).
func (t slotTable) within(scope stats.Scope, from, to int64) (text string, a args) {
	text = `FROM ` + t.table + ` AS c`
	if scope.Workspace != "" {
		text += ` JOIN links AS l ON l.domain = c.domain AND l.code = c.code AND l.workspace = ` + a.add(scope.Workspace)
	}
	if scope.Tag != "" {
		text += ` JOIN link_terms AS t ON t.domain = c.domain AND t.code = c.code AND t.term = ` + a.add([]byte("#"+scope.Tag))
	}
	text += ` WHERE c.` + t.column + ` >= ` + a.add(ceiling(from, t.width)) + ` AND c.` + t.column + ` < ` + a.add(ceiling(to, t.width))
	if scope.Key != (link.Key{}) {
		text += ` AND c.code = ` + a.add(scope.Key.Code) + ` AND c.domain = ` + a.add(scope.Key.Domain)
	}
	if scope.Domain != "" {
		text += ` AND c.domain = ` + a.add(scope.Domain)
	}
	return text, a
}

// ceiling gives the first slot that starts at a minute or later. Minutes before
// 1970 have none.
func ceiling(minute, width int64) int64 { return (max(minute, 0) + width - 1) / width }
