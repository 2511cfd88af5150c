package store

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
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
	var entries [journalBuckets][]byte
	var since [journalBuckets]int64
	for _, c := range all {
		bucket := bucketOf(c.GetDomain(), c.GetCode())
		if entries[bucket] == nil {
			since[bucket] = c.GetMinute()
		}
		var err error
		if entries[bucket], err = c.appendTo(entries[bucket]); err != nil {
			return err
		}
		since[bucket] = min(since[bucket], c.GetMinute())
	}
	var buckets, ids, minutes []int64
	var counts [][]byte
	for bucket, entry := range entries {
		if entry == nil {
			continue
		}
		buckets, ids = append(buckets, int64(bucket)), append(ids, rand.Int64())
		minutes, counts = append(minutes, since[bucket]), append(counts, entry)
	}
	return b.store.dialect.each(columns{buckets, ids, minutes, counts}, func(source string, a args) error {
		_, err := b.tx.ExecContext(ctx, `INSERT INTO click_journal (bucket, id, since, counts) `+source, a...)
		return err
	})
}
