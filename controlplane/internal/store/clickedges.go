package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
)

const (
	// A process may still ship for as long as this after its successor has begun:
	// what it sent with its last breath may be under way.
	rivalAfter = 10 * time.Second
	// rivalsAgain is how often two processes under one name are told of.
	rivalsAgain = time.Hour
)

// sighting is what batches say of the process that ships them.
type sighting struct {
	edge                               string
	boot, watermark, conflictAt, ended int64
}

// meetEdges notes what the edges say of themselves, also in batches that were
// booked before.
func (b *booking) meetEdges(ctx context.Context) error {
	for seen := b.sightings(); len(seen) > 0; {
		var now, later []sighting // one statement may not change a row twice
		for _, one := range seen {
			if n := len(now); n > 0 && now[n-1].edge == one.edge {
				later = append(later, one)
			} else {
				now = append(now, one)
			}
		}
		if err := b.meet(ctx, now); err != nil {
			return err
		}
		seen = later
	}
	return nil
}

// sightings gives each process that ships once, sorted by edge, the newest first.
// A watermark ahead of our clock is one of a clock that is wrong: it would say
// that clicks are final which are still to come.
func (b *booking) sightings() []sighting {
	now := b.now.UnixMilli()
	var all []sighting
	for i, batch := range b.batches {
		one := sighting{edge: batch.GetEdge(), boot: int64(batch.GetBoot()), watermark: min(batch.GetWatermark(), now)}
		if b.results[i].Conflict {
			one.conflictAt = now
		} else if batch.GetEnding() {
			one.ended = one.boot
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(x, y sighting) int {
		return cmp.Or(cmp.Compare(x.edge, y.edge), cmp.Compare(y.boot, x.boot))
	})
	seen := all[:0]
	for _, one := range all {
		if n := len(seen); n > 0 && seen[n-1].edge == one.edge && seen[n-1].boot == one.boot {
			one.watermark, one.conflictAt = max(one.watermark, seen[n-1].watermark), max(one.conflictAt, seen[n-1].conflictAt)
			one.ended = max(one.ended, seen[n-1].ended)
			seen = seen[:n-1]
		}
		seen = append(seen, one)
	}
	return seen
}

// meetEdge finds rivals by a conflict, or by a process older than one that has
// been there for a while.
const meetEdge = `
ON CONFLICT (edge) DO UPDATE SET
 boot = CASE WHEN excluded.boot > click_edges.boot THEN excluded.boot ELSE click_edges.boot END,
 boot_at = CASE WHEN excluded.boot > click_edges.boot THEN excluded.boot_at ELSE click_edges.boot_at END,
 watermark = CASE WHEN excluded.watermark > click_edges.watermark THEN excluded.watermark ELSE click_edges.watermark END,
 seen_at = excluded.seen_at,
 ended = CASE WHEN excluded.ended > click_edges.ended THEN excluded.ended ELSE click_edges.ended END,
 conflict_at = CASE WHEN click_edges.conflict_at <= excluded.seen_at - %d AND (excluded.conflict_at > 0
  OR excluded.boot > 0 AND excluded.boot < click_edges.boot AND click_edges.boot_at <= excluded.seen_at - %d)
  THEN excluded.seen_at ELSE click_edges.conflict_at END
RETURNING edge, conflict_at = seen_at`

func (b *booking) meet(ctx context.Context, seen []sighting) error {
	edges, boots, watermarks := make([]string, len(seen)), make([]int64, len(seen)), make([]int64, len(seen))
	times, conflicts, ends := make([]int64, len(seen)), make([]int64, len(seen)), make([]int64, len(seen))
	for i, one := range seen {
		edges[i], boots[i], watermarks[i] = one.edge, one.boot, one.watermark
		times[i], conflicts[i], ends[i] = b.now.UnixMilli(), one.conflictAt, one.ended
	}
	rivals := make(map[string]bool)
	err := b.store.dialect.each(columns{edges, boots, times, watermarks, times, conflicts, ends}, func(source string, a args) error {
		rows, err := b.tx.QueryContext(ctx, `INSERT INTO click_edges (edge, boot, boot_at, watermark, seen_at, conflict_at, ended) `+
			source+fmt.Sprintf(meetEdge, rivalsAgain.Milliseconds(), rivalAfter.Milliseconds()), a...)
		if err != nil {
			return err
		}
		_, err = all(rows, func(row scanner) (edge string, err error) {
			var rival bool
			err = row.Scan(&edge, &rival)
			rivals[edge] = rivals[edge] || rival
			return edge, err
		})
		return err
	})
	for i, batch := range b.batches {
		if rivals[batch.GetEdge()] {
			b.results[i].Rivals = true
			delete(rivals, batch.GetEdge()) // said once
		}
	}
	return err
}

// Edges is stats.Store's.
func (s *Store) Edges(ctx context.Context) ([]stats.Edge, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT edge, boot, watermark, seen_at, conflict_at, boot > 0 AND ended >= boot FROM click_edges ORDER BY edge`)
	if err != nil {
		return nil, fmt.Errorf("reading edges: %w", err)
	}
	edges, err := all(rows, func(row scanner) (e stats.Edge, err error) {
		return e, row.Scan(&e.ID, &e.Boot, &e.Watermark, &e.SeenAt, &e.ConflictAt, &e.Ended)
	})
	if err != nil {
		return nil, fmt.Errorf("reading edges: %w", err)
	}
	return edges, nil
}

// ForgetEdge is stats.Store's. Numbers of its batches stay: they are what keeps
// a batch from counting twice.
func (s *Store) ForgetEdge(ctx context.Context, id string) (found bool, err error) {
	err = s.inChange(ctx, "edge "+id, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM click_edges WHERE edge = $1`, id)
		if err != nil {
			return err
		}
		forgotten, err := result.RowsAffected()
		if found = forgotten > 0; err != nil || !found {
			return err
		}
		return s.audit(ctx, tx, audit.Change{Action: "edge.forget", Subject: "edge " + id})
	})
	if err != nil {
		return false, fmt.Errorf("forgetting edge %s: %w", id, err)
	}
	return found, nil
}

// ForgetEdges is ingest.Keeper's. A late repeat of what such an edge has shipped could
// bring it back if it were forgotten at once.
func (s *Store) ForgetEdges(ctx context.Context) (more bool, err error) {
	_, err = s.exec(ctx, `DELETE FROM click_edges WHERE boot > 0 AND ended >= boot AND seen_at < $1`,
		s.now().Add(-numbersKept).UnixMilli())
	if err != nil {
		return false, fmt.Errorf("forgetting edges that ended: %w", err)
	}
	return false, nil
}
