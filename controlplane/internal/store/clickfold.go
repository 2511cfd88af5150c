package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const (
	// numbersKept is how long a batch's number and digest are kept by themselves.
	// Then the epoch's floor tells a duplicate, but no longer a conflict.
	numbersKept = 7 * 24 * time.Hour
	// foldRows bounds the numbers of one step.
	foldRows = 1000
)

// FoldBatches is ingest.Keeper's.
func (s *Store) FoldBatches(ctx context.Context) (more bool, err error) {
	for n := (batchNumber{}); ; {
		n, err = s.nextEpoch(ctx, n)
		if errors.Is(err, sql.ErrNoRows) {
			return more, nil
		}
		if err != nil {
			return false, fmt.Errorf("folding batches: %w", err)
		}
		folded, err := s.foldEpoch(ctx, n)
		if err != nil {
			return false, fmt.Errorf("folding batches of %s: %w", n.edge, err)
		}
		more = more || folded == foldRows
	}
}

func (s *Store) nextEpoch(ctx context.Context, after batchNumber) (n batchNumber, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT edge, epoch FROM click_batches WHERE (edge, epoch) > ($1, $2)
ORDER BY edge, epoch LIMIT 1`, after.edge, after.epoch).Scan(&n.edge, &n.epoch)
	return n, err
}

const raiseFloor = `INSERT INTO click_epochs (edge, epoch, floor, closed) VALUES ($1, $2, $3, 0)
ON CONFLICT (edge, epoch) DO UPDATE SET floor = excluded.floor WHERE click_epochs.floor < excluded.floor`

// foldEpoch raises the floor and forgets the numbers below it in one transaction,
// or else a duplicate that comes in between would count again.
func (s *Store) foldEpoch(ctx context.Context, n batchNumber) (folded int64, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		folded = 0
		var floor int64
		err := tx.QueryRowContext(ctx, `SELECT floor FROM click_epochs WHERE edge = $1 AND epoch = $2`, n.edge, n.epoch).Scan(&floor)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		top, err := s.foldable(ctx, tx, n, floor)
		if err != nil || top == floor {
			return err
		}
		if _, err := tx.ExecContext(ctx, raiseFloor, n.edge, n.epoch, top); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM click_batches WHERE edge = $1 AND epoch = $2 AND sequence <= $3`, n.edge, n.epoch, top)
		if err != nil {
			return err
		}
		folded, err = result.RowsAffected()
		return err
	})
	return folded, err
}

// foldable gives up to which sequence all above floor are there and old.
func (s *Store) foldable(ctx context.Context, tx *sql.Tx, n batchNumber, floor int64) (top int64, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT sequence FROM click_batches
WHERE edge = $1 AND epoch = $2 AND sequence > $3 AND received_at < $4 AND digest IS NOT NULL
ORDER BY sequence LIMIT $5`, n.edge, n.epoch, floor, s.now().Add(-numbersKept).UnixMilli(), int64(foldRows))
	if err != nil {
		return 0, err
	}
	sequences, err := all(rows, func(row scanner) (sequence int64, err error) { return sequence, row.Scan(&sequence) })
	for _, sequence := range sequences {
		if sequence != floor+1 {
			break
		}
		floor = sequence
	}
	return floor, err
}
