package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

var _ ingest.Store = (*Store)(nil)

// AddBatches is ingest.Store's.
func (s *Store) AddBatches(ctx context.Context, batches []*wire.Batch) ([]ingest.Result, error) {
	var b *booking
	err := s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		b = &booking{store: s, tx: tx, now: s.now(), batches: batches, results: make([]ingest.Result, len(batches))}
		return b.run(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("adding %d batches: %w", len(batches), err)
	}
	if err := s.relieve(ctx, b.fresh()); err != nil { // the batches are booked all the same
		s.logger.Debug("a long journal is left to others", "error", err)
	}
	return b.results, nil
}

// booking is one attempt at AddBatches.
type booking struct {
	store   *Store
	tx      *sql.Tx
	now     time.Time
	batches []*wire.Batch
	results []ingest.Result // by index of batches
}

// run writes what many bookings have in common last, so that rows of much
// clicked links are locked for little more than the commit.
func (b *booking) run(ctx context.Context) error {
	if err := b.number(ctx); err != nil {
		return fmt.Errorf("noting numbers: %w", err)
	}
	if err := b.close(ctx); err != nil {
		return fmt.Errorf("closing epochs: %w", err)
	}
	if err := b.meetEdges(ctx); err != nil {
		return fmt.Errorf("noting edges: %w", err)
	}
	fresh := b.fresh()
	kept, err := b.store.keptAt(ctx, b.tx, b.now, oldestMinute(fresh))
	if err != nil {
		return err
	}
	all := sorted(fresh)
	if err := b.journal(ctx, all); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	r := rollup{store: b.store, tx: b.tx, kept: kept}
	r.addCounts(all)
	if err := r.writeMinutes(ctx); err != nil {
		return err
	}
	return r.writeTotals(ctx)
}

// fresh gives the batches that are booked now.
func (b *booking) fresh() []*wire.Batch {
	var fresh []*wire.Batch
	for i, batch := range b.batches {
		if r := b.results[i]; batch.GetSequence() > 0 && !r.Duplicate && !r.Conflict {
			fresh = append(fresh, batch)
		}
	}
	return fresh
}
