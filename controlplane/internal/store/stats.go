package store

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
)

var _ stats.Buckets = (*Store)(nil)

// keyChunk bounds the keys of one statement.
const keyChunk = 256

// CountClicks is stats.Buckets's.
func (s *Store) CountClicks(ctx context.Context, keys []link.Key) (map[link.Key]uint64, error) {
	counts := make(map[link.Key]uint64, len(keys))
	for len(keys) > 0 {
		n := min(len(keys), keyChunk)
		if err := s.countClicks(ctx, keys[:n], counts); err != nil {
			return nil, fmt.Errorf("counting clicks: %w", err)
		}
		keys = keys[n:]
	}
	return counts, nil
}

func (s *Store) countClicks(ctx context.Context, keys []link.Key, into map[link.Key]uint64) error {
	// Filled up with keys that no link has, to a power of two, for the same
	// reason as chunks.
	size := 1 << bits.Len(uint(len(keys)-1))
	a := make(args, 2*size)
	for i := range a {
		a[i] = ""
	}
	for i, key := range keys {
		a[2*i], a[2*i+1] = key.Domain, key.Code
	}
	rows, err := s.read.QueryContext(ctx, `WITH k (domain, code) AS (VALUES `+s.dialect.placeholders(size, 2, nil)+`)
SELECT c.domain, c.code, CAST(SUM(c.count) AS BIGINT) FROM (SELECT DISTINCT domain, code FROM k) AS d
JOIN click_minutes c ON c.domain = d.domain AND c.code = d.code GROUP BY c.domain, c.code`, a...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key link.Key
		var count uint64
		if err := rows.Scan(&key.Domain, &key.Code, &count); err != nil {
			return err
		}
		into[key] = count
	}
	return rows.Err()
}

// clickBuckets uses % because / is not the same on all databases.
const clickBuckets = `SELECT minute - minute % CAST($5 AS BIGINT) AS start, CAST(SUM(count) AS BIGINT)
FROM click_minutes WHERE domain = $1 AND code = $2 AND minute >= $3 AND minute < $4
GROUP BY 1 ORDER BY 1`

// ClickBuckets is stats.Buckets's.
func (s *Store) ClickBuckets(ctx context.Context, key link.Key, from, to, step int64) ([]stats.Bucket, error) {
	rows, err := s.read.QueryContext(ctx, clickBuckets, key.Domain, key.Code, from, to, step)
	if err != nil {
		return nil, fmt.Errorf("reading clicks of %s: %w", key, err)
	}
	defer rows.Close()
	var buckets []stats.Bucket
	for rows.Next() {
		var b stats.Bucket
		if err := rows.Scan(&b.Start, &b.Count); err != nil {
			return nil, fmt.Errorf("reading clicks of %s: %w", key, err)
		}
		buckets = append(buckets, b)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading clicks of %s: %w", key, err)
	}
	return buckets, nil
}
