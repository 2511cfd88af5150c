package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// journalBuckets is how many parts the journal has, so that a question about one
// link need not post all of it. Links must stay in their buckets: builds share them.
const journalBuckets = 64

func bucketOf(domain, code string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(domain + "/" + code)) // it never fails
	return int64(h.Sum32() % journalBuckets)
}

// journal notes what is to go into hours and days: an entry a bucket, however many
// links there are.
func (b *booking) journal(ctx context.Context, all []counted) error {
	var entries [journalBuckets]*wire.Batch
	var since [journalBuckets]int64
	for _, c := range all {
		bucket := bucketOf(c.GetDomain(), c.GetCode())
		if entries[bucket] == nil {
			entries[bucket], since[bucket] = new(wire.Batch), c.GetMinute()
		}
		entries[bucket].Counts = append(entries[bucket].Counts, c.signed())
		since[bucket] = min(since[bucket], c.GetMinute())
	}
	var buckets, ids, minutes []int64
	var counts [][]byte
	for bucket, entry := range entries {
		if entry == nil {
			continue
		}
		encoded, err := proto.Marshal(entry)
		if err != nil {
			return fmt.Errorf("writing an entry: %w", err)
		}
		buckets, ids = append(buckets, int64(bucket)), append(ids, rand.Int64())
		minutes, counts = append(minutes, since[bucket]), append(counts, encoded)
	}
	return b.store.dialect.each(columns{buckets, ids, minutes, counts}, func(source string, a args) error {
		_, err := b.tx.ExecContext(ctx, `INSERT INTO click_journal (bucket, id, since, counts) `+source, a...)
		return err
	})
}

// counted is a count and the edge that made it.
type counted struct {
	*wire.ClickCount
	edge string
}

// signed gives the count with the edge among its parts. The batch stays as it is:
// it may be booked again.
func (c counted) signed() *wire.ClickCount {
	people := c.GetCount() - c.GetBots()
	if people == 0 || c.edge == "" {
		return c.ClickCount
	}
	parts := make([]*wire.Part, 0, len(c.GetParts())+1)
	parts = append(append(parts, c.GetParts()...), &wire.Part{Dimension: wire.Dimension_DIMENSION_EDGE, Value: c.edge, Count: people})
	return &wire.ClickCount{
		Domain: c.GetDomain(), Code: c.GetCode(), Minute: c.GetMinute(), Count: c.GetCount(), Bots: c.GetBots(),
		Parts: parts, Visitors: c.GetVisitors(),
	}
}
