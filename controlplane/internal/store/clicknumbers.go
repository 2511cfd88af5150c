package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// batchNumber is what tells a batch from all others.
type batchNumber struct {
	edge            string
	epoch, sequence int64
}

func numberOf(b *wire.Batch) batchNumber {
	return batchNumber{b.GetEdge(), int64(b.GetEpoch()), int64(b.GetSequence())}
}

func compareNumbers(a, b batchNumber) int {
	return cmp.Or(cmp.Compare(a.edge, b.edge), cmp.Compare(a.epoch, b.epoch), cmp.Compare(a.sequence, b.sequence))
}

func numberColumns(numbers []batchNumber) (edges []string, epochs, sequences []int64) {
	for _, n := range numbers {
		edges, epochs, sequences = append(edges, n.edge), append(epochs, n.epoch), append(sequences, n.sequence)
	}
	return edges, epochs, sequences
}

// number notes the batches' numbers before anything else: a second sender of one
// waits here for the first one's commit, and then knows.
func (b *booking) number(ctx context.Context) error {
	noted, err := b.note(ctx)
	if err != nil {
		return err
	}
	if err := b.recognise(ctx, noted); err != nil {
		return err
	}
	return b.place(ctx, noted)
}

const noteBatches = `INSERT INTO click_batches (edge, epoch, sequence, received_at, digest) `

// note gives the batches whose numbers were new, by index.
func (b *booking) note(ctx context.Context) (noted map[int]bool, err error) {
	first := make(map[batchNumber]int)
	for i, batch := range b.batches {
		if n := numberOf(batch); n.sequence > 0 {
			if _, again := first[n]; !again {
				first[n] = i
			}
		}
	}
	numbers := sortedNumbers(first)
	edges, epochs, sequences := numberColumns(numbers)
	times, digests := make([]int64, len(numbers)), make([]int64, len(numbers))
	for i, n := range numbers {
		times[i], digests[i] = b.now.UnixMilli(), int64(b.batches[first[n]].GetDigest())
	}
	noted = make(map[int]bool)
	err = b.store.dialect.each(columns{edges, epochs, sequences, times, digests}, func(source string, a args) error {
		rows, err := b.tx.QueryContext(ctx, noteBatches+source+`
ON CONFLICT (edge, epoch, sequence) DO NOTHING RETURNING edge, epoch, sequence`, a...)
		if err != nil {
			return err
		}
		written, err := all(rows, func(row scanner) (n batchNumber, err error) {
			return n, row.Scan(&n.edge, &n.epoch, &n.sequence)
		})
		for _, n := range written {
			noted[first[n]] = true
		}
		return err
	})
	return noted, err
}

func sortedNumbers[V any](m map[batchNumber]V) []batchNumber {
	var numbers []batchNumber
	for n := range m {
		numbers = append(numbers, n)
	}
	slices.SortFunc(numbers, compareNumbers)
	return numbers
}

// recognise says of the batches whose number was there whether it was theirs. A
// digest of zero is that of an edge or a control plane of the build before, which
// knew none. A number that is gone has been folded into the floor meanwhile.
func (b *booking) recognise(ctx context.Context, noted map[int]bool) error {
	late := make(map[batchNumber][]int)
	for i, batch := range b.batches {
		if n := numberOf(batch); n.sequence > 0 && !noted[i] {
			late[n] = append(late[n], i)
			b.results[i].Duplicate = true
		}
	}
	edges, epochs, sequences := numberColumns(sortedNumbers(late))
	return b.store.dialect.each(columns{edges, epochs, sequences}, func(source string, a args) error {
		rows, err := b.tx.QueryContext(ctx, `SELECT edge, epoch, sequence, digest FROM click_batches
WHERE digest <> 0 AND (edge, epoch, sequence) IN (`+source+`)`, a...)
		if err != nil {
			return err
		}
		_, err = all(rows, func(row scanner) (n batchNumber, err error) {
			var digest int64
			err = row.Scan(&n.edge, &n.epoch, &n.sequence, &digest)
			for _, i := range late[n] {
				same := b.batches[i].GetDigest() == 0 || b.batches[i].GetDigest() == uint64(digest)
				b.results[i].Duplicate, b.results[i].Conflict = same, !same
			}
			return n, err
		})
		return err
	})
}
