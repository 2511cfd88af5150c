package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// postEntries and postBytes bound what one transaction posts. Decoded, it is
	// some ten times as much.
	postEntries = 256
	postBytes   = 8 << 20
	// posters is how many buckets the janitor posts at once: while the database writes
	// one, the other is added up.
	posters = 2
	// catchUpWithin is how long a question about many links posts before it is
	// answered without the rest.
	catchUpWithin = time.Second
)

// PostJournal is ingest.Keeper's. It takes the buckets in any order, so that
// replicas seldom wait for each other.
func (s *Store) PostJournal(ctx context.Context) (more bool, err error) {
	buckets, err := s.unposted(ctx)
	if err != nil {
		return false, fmt.Errorf("posting clicks: %w", err)
	}
	var left atomic.Bool
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(posters)
	for _, i := range rand.Perm(len(buckets)) {
		group.Go(func() error {
			more, err := s.post(ctx, buckets[i])
			if more {
				left.Store(true)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return false, fmt.Errorf("posting clicks: %w", err)
	}
	return left.Load(), nil
}

// unposted gives the buckets that have entries.
func (s *Store) unposted(ctx context.Context) ([]int64, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT bucket FROM click_journal`)
	if err != nil {
		return nil, err
	}
	return all(rows, func(row scanner) (bucket int64, err error) { return bucket, row.Scan(&bucket) })
}

// CatchUp is stats.Store's. Of one link, the journal is read with the question.
func (s *Store) CatchUp(ctx context.Context, scope stats.Scope) (missing int64, err error) {
	if scope.Key != (link.Key{}) {
		return 0, nil
	}
	enough := s.now().Add(catchUpWithin)
	buckets, err := s.unposted(ctx)
	for more := true; err == nil && len(buckets) > 0; {
		if s.now().After(enough) {
			return s.firstUnposted(ctx)
		}
		if more, err = s.post(ctx, buckets[0]); !more {
			buckets = buckets[1:]
		}
	}
	if err != nil {
		return 0, fmt.Errorf("catching up with clicks: %w", err)
	}
	return 0, nil
}

func (s *Store) firstUnposted(ctx context.Context) (minute int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COALESCE(MIN(since), 0) FROM click_journal`).Scan(&minute)
	if err != nil {
		return 0, fmt.Errorf("looking for what is not posted: %w", err)
	}
	return minute, nil
}

// post adds entries of a bucket to hours and days and removes them, all in one
// transaction. Who comes second waits for the first, and finds the rows.
func (s *Store) post(ctx context.Context, bucket int64) (more bool, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		ids, counts, err := s.lockEntries(ctx, tx, bucket)
		if more = len(ids) == postEntries || len(counts) >= postBytes; err != nil || len(ids) == 0 {
			return err
		}
		entry := new(wire.Batch)
		if err := proto.Unmarshal(counts, entry); err != nil {
			return fmt.Errorf("reading bucket %d: %w", bucket, err)
		}
		if err := s.removeEntries(ctx, tx, bucket, ids); err != nil {
			return err
		}
		return s.addPosted(ctx, tx, []*wire.Batch{entry})
	})
	return more, err
}

// relieve posts a bucket of what was booked if it has become long: so bookings are
// no faster for long than what they leave to be posted.
func (s *Store) relieve(ctx context.Context, fresh []*wire.Batch) error {
	fresh = slices.DeleteFunc(fresh, func(b *wire.Batch) bool { return len(b.GetCounts()) == 0 })
	if len(fresh) == 0 {
		return nil
	}
	counts := fresh[rand.IntN(len(fresh))].GetCounts()
	one, long := counts[rand.IntN(len(counts))], false
	bucket := bucketOf(one.GetDomain(), one.GetCode())
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM click_journal WHERE bucket = $1 ORDER BY id LIMIT 1 OFFSET $2)`,
		bucket, int64(postEntries)).Scan(&long)
	if err != nil || !long {
		return err
	}
	_, err = s.post(ctx, bucket)
	return err
}

// lockEntries gives entries one behind the other, which is one that holds all.
func (s *Store) lockEntries(ctx context.Context, tx *sql.Tx, bucket int64) (ids []int64, counts []byte, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, counts FROM click_journal WHERE bucket = $1 ORDER BY id LIMIT $2`+s.dialect.forUpdate,
		bucket, int64(postEntries))
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for len(counts) < postBytes && rows.Next() {
		var id int64
		var entry sql.RawBytes
		if err := rows.Scan(&id, &entry); err != nil {
			return nil, nil, err
		}
		ids, counts = append(ids, id), append(counts, entry...)
	}
	return ids, counts, rows.Err()
}

func (s *Store) removeEntries(ctx context.Context, tx *sql.Tx, bucket int64, ids []int64) error {
	buckets := make([]int64, len(ids))
	for i := range buckets {
		buckets[i] = bucket
	}
	return s.dialect.each(columns{buckets, ids}, func(source string, a args) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM click_journal WHERE (bucket, id) IN (`+source+`)`, a...)
		return err
	})
}

func (s *Store) addPosted(ctx context.Context, tx *sql.Tx, posted []*wire.Batch) error {
	keeps, err := s.keptAt(ctx, tx, s.now(), oldestMinute(posted))
	if err != nil {
		return err
	}
	r := rollup{store: s, tx: tx, kept: keeps, sums: make(tally)}
	if err := r.addDetails(sorted(posted)); err != nil {
		return err
	}
	return r.writeDetails(ctx)
}
