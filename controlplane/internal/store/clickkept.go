package store

import (
	"context"
	"math"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// kept is the oldest slots that a domain keeps: Unix minutes, hours and days.
type kept struct{ minute, hour, day int64 }

func keptBy(d *wire.Domain, now time.Time) kept {
	lasts := domains.KeptOf(d)
	k := kept{
		minute: now.Add(-lasts.Minutes).Unix() / 60,
		hour:   now.Add(-lasts.Hours).Unix() / 3600,
		day:    math.MinInt64,
	}
	if lasts.Days > 0 {
		k.day = now.Add(-lasts.Days).Unix() / (24 * 3600)
	}
	return k
}

// keptAt says what domains keep. No domain keeps minutes for less than an hour,
// so that settings are read only if there is something older.
func (s *Store) keptAt(ctx context.Context, q querier, now time.Time, oldestMinute int64) (func(domain string) kept, error) {
	if oldestMinute > now.Unix()/60-hourMinutes {
		return func(string) kept { return kept{math.MinInt64, math.MinInt64, math.MinInt64} }, nil
	}
	present, err := readDomains(ctx, q)
	if err != nil {
		return nil, err
	}
	settings := make(map[string]kept, len(present))
	for _, d := range present {
		settings[d.GetName()] = keptBy(d, now)
	}
	return func(domain string) kept {
		if k, known := settings[domain]; known {
			return k
		}
		return keptBy(nil, now)
	}, nil
}

// oldestMinute is math.MaxInt64 if there is none.
func oldestMinute(batches []*wire.Batch) int64 {
	oldest := int64(math.MaxInt64)
	for _, b := range batches {
		for _, c := range b.GetCounts() {
			oldest = min(oldest, c.GetMinute())
		}
	}
	return oldest
}
