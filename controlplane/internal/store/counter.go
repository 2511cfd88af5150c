package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
)

var _ counter.Store = (*Store)(nil)

// leaseShard moves the shard's next number in one statement, under that row's
// lock. $3 is the shard's first number, $4 where the first range ends, $5 the
// range's size, $6 the shard's end and $7 = $6 - $5, so that nothing overflows.
const leaseShard = `INSERT INTO counter_shards (length, shard, prev, next) VALUES ($1, $2, $3, $4)
ON CONFLICT (length, shard) DO UPDATE SET prev = counter_shards.next,
 next = CASE WHEN counter_shards.next > CAST($7 AS BIGINT) THEN CAST($6 AS BIGINT)
  ELSE counter_shards.next + CAST($5 AS BIGINT) END
WHERE counter_shards.next < CAST($6 AS BIGINT)
RETURNING prev, next`

const recordLease = `INSERT INTO range_leases (length, first, size, shard, writer, region, leased_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)`

// Shards is counter.Store's.
func (s *Store) Shards(ctx context.Context) ([]counter.Next, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT length, shard, next FROM counter_shards ORDER BY length, shard`)
	if err != nil {
		return nil, fmt.Errorf("reading shards: %w", err)
	}
	found, err := all(rows, func(row scanner) (n counter.Next, err error) {
		return n, row.Scan(&n.Length, &n.Shard, &n.Number)
	})
	if err != nil {
		return nil, fmt.Errorf("reading shards: %w", err)
	}
	return found, nil
}

// ListLeases gives up to limit leases, the newest first: those behind after, or, if
// after is the zero Granted, from the first on. Safe to retry.
func (s *Store) ListLeases(ctx context.Context, after counter.Granted, limit int) ([]counter.Granted, error) {
	var a args
	where := "1 = 1"
	if after != (counter.Granted{}) {
		where = "(leased_at, length, first) < (" + a.add(after.At) + ", " + a.add(int64(after.Length)) + ", " + a.add(int64(after.First)) + ")"
	}
	rows, err := s.read.QueryContext(ctx, `SELECT length, first, size, shard, writer, region, leased_at FROM range_leases WHERE `+where+
		` ORDER BY leased_at DESC, length DESC, first DESC LIMIT `+a.add(int64(limit)), a...)
	if err != nil {
		return nil, fmt.Errorf("listing leases: %w", err)
	}
	found, err := all(rows, func(row scanner) (g counter.Granted, err error) {
		return g, row.Scan(&g.Length, &g.First, &g.Size, &g.Shard, &g.Writer, &g.Region, &g.At)
	})
	if err != nil {
		return nil, fmt.Errorf("listing leases: %w", err)
	}
	return found, nil
}

// LeaseShard is counter.Store's.
func (s *Store) LeaseShard(ctx context.Context, shard counter.Shard, l counter.Lease) (counter.Range, error) {
	size := min(l.Size, shard.End-shard.First)
	leased := counter.Range{Shard: shard.Index}
	err := s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var prev, next uint64
		row := tx.QueryRowContext(ctx, leaseShard, l.Length, shard.Index, int64(shard.First),
			int64(shard.First+size), int64(size), int64(shard.End), int64(shard.End-size))
		if err := row.Scan(&prev, &next); errors.Is(err, sql.ErrNoRows) {
			return counter.ErrExhausted
		} else if err != nil {
			return err
		}
		leased.First, leased.Size = prev, next-prev
		_, err := tx.ExecContext(ctx, recordLease, l.Length, int64(leased.First), int64(leased.Size),
			shard.Index, l.Writer, l.Region, s.now().UnixMilli())
		return err
	})
	if err != nil {
		return counter.Range{}, fmt.Errorf("leasing from shard %d: %w", shard.Index, err)
	}
	return leased, nil
}
