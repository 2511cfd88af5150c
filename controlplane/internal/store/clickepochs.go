package store

import (
	"context"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
)

// epoch is a row of click_epochs.
type epoch struct{ floor, closed int64 }

// place compares the numbers just noted with what is known of their epochs. It
// comes after note: the floor rises in the transaction that forgets numbers, so
// that whoever could note a forgotten one finds the floor above it.
func (b *booking) place(ctx context.Context, noted map[int]bool) error {
	epochs, err := b.epochs(ctx)
	if err != nil {
		return err
	}
	for i := range noted {
		n := numberOf(b.batches[i])
		e := epochs[batchNumber{edge: n.edge, epoch: n.epoch}]
		switch {
		case n.sequence <= e.floor:
			err = b.void(ctx, n, ingest.Result{Duplicate: true})
		case e.closed > 0 && n.sequence > e.closed:
			err = b.void(ctx, n, ingest.Result{Conflict: true})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// epochs reads what is known of the batches' epochs, by numbers without sequence.
func (b *booking) epochs(ctx context.Context) (map[batchNumber]epoch, error) {
	known := make(map[batchNumber]epoch)
	for _, batch := range b.batches {
		known[batchNumber{edge: batch.GetEdge(), epoch: int64(batch.GetEpoch())}] = epoch{}
	}
	edges, epochs, _ := numberColumns(sortedNumbers(known))
	err := b.store.dialect.each(columns{edges, epochs}, func(source string, a args) error {
		rows, err := b.tx.QueryContext(ctx, `SELECT edge, epoch, floor, closed FROM click_epochs
WHERE (edge, epoch) IN (`+source+`)`, a...)
		if err != nil {
			return err
		}
		_, err = all(rows, func(row scanner) (n batchNumber, err error) {
			var e epoch
			err = row.Scan(&n.edge, &n.epoch, &e.floor, &e.closed)
			known[n] = e
			return n, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading epochs: %w", err)
	}
	return known, nil
}

// void takes a number back that this booking has noted. It is rare.
func (b *booking) void(ctx context.Context, n batchNumber, r ingest.Result) error {
	_, err := b.tx.ExecContext(ctx, `DELETE FROM click_batches WHERE edge = $1 AND epoch = $2 AND sequence = $3`,
		n.edge, n.epoch, n.sequence)
	if err != nil {
		return fmt.Errorf("taking a number back: %w", err)
	}
	b.settle(n, r)
	return nil
}

// settle gives all batches of a number one result.
func (b *booking) settle(n batchNumber, r ingest.Result) {
	for i, batch := range b.batches {
		if numberOf(batch) == n {
			b.results[i] = r
		}
	}
}

// close notes where epochs end.
func (b *booking) close(ctx context.Context) error {
	for i, batch := range b.batches {
		if n := numberOf(batch); batch.GetLast() && n.sequence > 0 && !b.results[i].Conflict {
			if err := b.closeEpoch(ctx, n, b.results[i].Duplicate); err != nil {
				return err
			}
		}
	}
	return nil
}

const beyond = `SELECT EXISTS (SELECT 1 FROM click_batches WHERE edge = $1 AND epoch = $2 AND sequence > $3)
OR EXISTS (SELECT 1 FROM click_epochs WHERE edge = $1 AND epoch = $2 AND (floor > $3 OR closed > $3))`

const closeEpoch = `INSERT INTO click_epochs (edge, epoch, floor, closed) VALUES ($1, $2, 0, $3)
ON CONFLICT (edge, epoch) DO UPDATE SET closed = excluded.closed`

// closeEpoch refuses an end beyond which there are numbers already: the spool was
// copied, or two edges have one name.
func (b *booking) closeEpoch(ctx context.Context, n batchNumber, booked bool) error {
	var more bool
	if err := b.tx.QueryRowContext(ctx, beyond, n.edge, n.epoch, n.sequence).Scan(&more); err != nil {
		return err
	}
	switch {
	case !more:
		_, err := b.tx.ExecContext(ctx, closeEpoch, n.edge, n.epoch, n.sequence)
		return err
	case booked:
		b.settle(n, ingest.Result{Conflict: true})
		return nil
	default:
		return b.void(ctx, n, ingest.Result{Conflict: true})
	}
}
