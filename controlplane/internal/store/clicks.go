package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

var _ ingest.Store = (*Store)(nil)

// clickChunk bounds the rows of one statement.
const clickChunk = 256

const noteBatch = `INSERT INTO click_batches (edge, epoch, sequence, received_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (edge, epoch, sequence) DO NOTHING`

// AddBatch is ingest.Store's. The batch's number goes first: a second sender of
// it waits there for the first one's commit, and then knows.
func (s *Store) AddBatch(ctx context.Context, b *wire.Batch) (duplicate bool, err error) {
	counts := merged(b.GetCounts())
	err = s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, noteBatch,
			b.GetEdge(), int64(b.GetEpoch()), int64(b.GetSequence()), s.now().UnixMilli())
		if err != nil {
			return err
		}
		noted, err := result.RowsAffected()
		if duplicate = noted == 0; duplicate || err != nil {
			return err
		}
		return s.addCounts(ctx, tx, counts)
	})
	if err != nil {
		return false, fmt.Errorf("adding batch %d of %s: %w", b.GetSequence(), b.GetEdge(), err)
	}
	return duplicate, nil
}

func (s *Store) addCounts(ctx context.Context, tx *sql.Tx, counts []*wire.ClickCount) error {
	for _, size := range chunks(len(counts), clickChunk) {
		var a args
		for _, c := range counts[:size] {
			a = append(a, c.GetDomain(), c.GetCode(), c.GetMinute(), int64(c.GetCount()))
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO click_minutes (domain, code, minute, count) VALUES `+
			s.dialect.placeholders(size, 4, nil)+` ON CONFLICT (domain, code, minute)
DO UPDATE SET count = click_minutes.count + excluded.count`, a...)
		if err != nil {
			return err
		}
		counts = counts[size:]
	}
	return nil
}

// merged gives counts sorted by key, each key once. Sorted, so that two
// ingesters lock common rows in one order and neither waits for the other for
// ever; once, because one statement may not change a row twice.
func merged(counts []*wire.ClickCount) []*wire.ClickCount {
	sorted := slices.SortedFunc(slices.Values(counts), compareCounts)
	var once []*wire.ClickCount
	for _, c := range sorted {
		if n := len(once); n > 0 && compareCounts(once[n-1], c) == 0 {
			once[n-1] = &wire.ClickCount{
				Domain: c.GetDomain(), Code: c.GetCode(), Minute: c.GetMinute(),
				Count: once[n-1].GetCount() + c.GetCount(),
			}
			continue
		}
		once = append(once, c)
	}
	return once
}

func compareCounts(a, b *wire.ClickCount) int {
	return cmp.Or(
		cmp.Compare(a.GetDomain(), b.GetDomain()),
		cmp.Compare(a.GetCode(), b.GetCode()),
		cmp.Compare(a.GetMinute(), b.GetMinute()))
}
