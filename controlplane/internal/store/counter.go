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
