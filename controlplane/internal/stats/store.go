package stats

import (
	"context"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Bucket is the clicks of a stretch of time.
type Bucket struct {
	Start int64 // Unix minutes
	Count uint64
}

// Store answers from what ingest has added up. All of it is safe to retry.
type Store interface {
	// CountClicks gives the clicks of each link since it exists. Links without
	// clicks are missing from the answer.
	CountClicks(ctx context.Context, keys []link.Key) (map[link.Key]uint64, error)
	// ClickBuckets gives a link's clicks from the minute from up to, not
	// including, the minute to, in buckets that start at multiples of step
	// minutes. Empty buckets are missing; the others are in order.
	ClickBuckets(ctx context.Context, key link.Key, from, to, step int64) ([]Bucket, error)
}
