package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
)

var _ ingest.Keeper = (*Store)(nil)

// pruneRows bounds the rows of one delete.
const pruneRows = 1000

// slotTable is a table of clicks by domain, link and slot.
type slotTable struct {
	table, column string
	width         int64 // in minutes
	removable     string
	oldest        func(kept) int64
}

// slotTables are by length. A minute stays until it is in hours, days and totals.
var slotTables = [...]slotTable{
	{"click_minutes", "minute", 1, "rolled >= count", func(k kept) int64 { return k.minute }},
	{"click_hours", "hour", hourMinutes, "TRUE", func(k kept) int64 { return k.hour }},
	{"click_days", "day", dayMinutes, "TRUE", func(k kept) int64 { return k.day }},
}

// PruneClicks is ingest.Keeper's.
func (s *Store) PruneClicks(ctx context.Context) (more bool, err error) {
	keeps, err := s.keptAt(ctx, s.read, s.now(), math.MinInt64)
	if err != nil {
		return false, fmt.Errorf("pruning clicks: %w", err)
	}
	for _, t := range slotTables {
		left, err := s.prune(ctx, t, keeps)
		if err != nil {
			return false, fmt.Errorf("pruning clicks: %w", err)
		}
		more = more || left
	}
	return more, nil
}

// prune goes from domain to domain by the index, which costs a look for each, also
// for one that is in no settings.
func (s *Store) prune(ctx context.Context, t slotTable, keeps func(domain string) kept) (more bool, err error) {
	for domain := ""; ; {
		domain, err = s.nextDomain(ctx, t, domain)
		if errors.Is(err, sql.ErrNoRows) {
			return more, nil
		}
		if err != nil {
			return false, err
		}
		removed, err := s.removeSlots(ctx, t, domain, t.oldest(keeps(domain)))
		if err != nil {
			return false, err
		}
		more = more || removed == pruneRows
	}
}

func (s *Store) nextDomain(ctx context.Context, t slotTable, after string) (domain string, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT domain FROM `+t.table+` WHERE domain > $1 ORDER BY domain LIMIT 1`, after).Scan(&domain)
	return domain, err
}

// removeSlots asks twice whether a row may be removed: the subquery does not see
// again what a booking has added meanwhile.
func (s *Store) removeSlots(ctx context.Context, t slotTable, domain string, before int64) (removed int64, err error) {
	return s.exec(ctx, `DELETE FROM `+t.table+` WHERE `+t.removable+` AND (domain, code, `+t.column+`) IN (
 SELECT domain, code, `+t.column+` FROM `+t.table+` WHERE domain = $1 AND `+t.column+` < $2 AND `+t.removable+`
 ORDER BY `+t.column+` LIMIT $3)`, domain, before, int64(pruneRows))
}
