package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// carryBatches is how many batches of the build before one pass over the
	// minutes is for.
	carryBatches = 100_000
	// carryRows bounds the minutes of one transaction.
	carryRows = 1000
)

// RollUp is ingest.Keeper's. The build before leaves a number without a digest
// with each batch. So long as there is one, the minutes are gone through for
// clicks that are in no hour, day and total; those of the numbers that were there
// before are among them.
func (s *Store) RollUp(ctx context.Context) (more bool, err error) {
	numbers, err := s.unrolled(ctx)
	if err != nil {
		return false, fmt.Errorf("rolling up clicks: %w", err)
	}
	if len(numbers) == 0 {
		return false, nil
	}
	for at, done := (slot{}), false; !done; {
		if at, done, err = s.carry(ctx, at); err != nil {
			return false, fmt.Errorf("rolling up clicks: %w", err)
		}
	}
	if err := s.markRolled(ctx, numbers); err != nil {
		return false, fmt.Errorf("rolling up clicks: %w", err)
	}
	return len(numbers) == carryBatches, nil
}

func (s *Store) unrolled(ctx context.Context) ([]batchNumber, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT edge, epoch, sequence FROM click_batches WHERE digest IS NULL
ORDER BY edge, epoch, sequence LIMIT $1`, int64(carryBatches))
	if err != nil {
		return nil, err
	}
	return all(rows, func(row scanner) (n batchNumber, err error) { return n, row.Scan(&n.edge, &n.epoch, &n.sequence) })
}

func (s *Store) markRolled(ctx context.Context, numbers []batchNumber) error {
	for len(numbers) > 0 {
		n := min(len(numbers), carryRows)
		edges, epochs, sequences := numberColumns(numbers[:n])
		err := s.dialect.each(columns{edges, epochs, sequences}, func(source string, a args) error {
			_, err := s.exec(ctx, `UPDATE click_batches SET digest = 0 WHERE (edge, epoch, sequence) IN (`+source+`)`, a...)
			return err
		})
		if err != nil {
			return err
		}
		numbers = numbers[n:]
	}
	return nil
}

// carry rolls up the minutes that come next after one, and gives the last of them.
func (s *Store) carry(ctx context.Context, after slot) (last slot, done bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT domain, code, minute FROM click_minutes WHERE (domain, code, minute) > ($1, $2, $3)
ORDER BY domain, code, minute LIMIT 1 OFFSET $4`, after.domain, after.code, after.at, int64(carryRows-1)).Scan(&last.domain, &last.code, &last.at)
	if done = errors.Is(err, sql.ErrNoRows); err != nil && !done {
		return last, false, err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		lost, err := s.lockUnrolled(ctx, tx, after, last, done)
		if err != nil || len(lost) == 0 {
			return err
		}
		return s.carryOver(ctx, tx, lost)
	})
	return last, done, err
}

// lockUnrolled gives what minutes count beyond what is rolled up. to is included,
// unless it is the end.
func (s *Store) lockUnrolled(ctx context.Context, tx *sql.Tx, from, to slot, end bool) ([]*wire.ClickCount, error) {
	a := args{from.domain, from.code, from.at}
	until := ""
	if !end {
		a, until = append(a, to.domain, to.code, to.at), " AND (domain, code, minute) <= ($4, $5, $6)"
	}
	rows, err := tx.QueryContext(ctx, `SELECT domain, code, minute, count - rolled FROM click_minutes
WHERE (domain, code, minute) > ($1, $2, $3)`+until+` AND count > rolled ORDER BY domain, code, minute`+s.dialect.forUpdate, a...)
	if err != nil {
		return nil, err
	}
	return all(rows, func(row scanner) (*wire.ClickCount, error) {
		c := new(wire.ClickCount)
		return c, row.Scan(&c.Domain, &c.Code, &c.Minute, &c.Count)
	})
}

func (s *Store) carryOver(ctx context.Context, tx *sql.Tx, lost []*wire.ClickCount) error {
	keeps, err := s.keptAt(ctx, tx, s.now(), math.MinInt64)
	if err != nil {
		return err
	}
	r := rollup{store: s, tx: tx, kept: keeps, sums: make(tally)}
	all := sorted([]*wire.Batch{{Counts: lost}})
	r.addCounts(all)
	if err := r.addDetails(all); err != nil {
		return err
	}
	domains, codes, at, _, _ := r.minutes.columns()
	err = s.dialect.each(columns{domains, codes, at}, func(source string, a args) error {
		_, err := tx.ExecContext(ctx, `UPDATE click_minutes SET rolled = count WHERE (domain, code, minute) IN (`+source+`)`, a...)
		return err
	})
	if err != nil {
		return err
	}
	if err := r.writeDetails(ctx); err != nil {
		return err
	}
	return r.writeTotals(ctx)
}
