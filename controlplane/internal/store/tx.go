package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/cockroachdb/cockroach-go/v2/crdb"
	"github.com/jackc/pgx/v5/pgconn"
)

// maxRetries bounds how often a statement or transaction is repeated after the
// database chose it to give way to another. A request's deadline comes before: a
// hundred who change one link at once on a serializable server need more than twenty.
const maxRetries = 50

// The pause before retry n is random below firstPause * 2^n, at most maxPause,
// so that those who collided do not do it again together.
const (
	firstPause = time.Millisecond
	maxPause   = 100 * time.Millisecond
)

// inTx runs fn in a transaction and commits it. fn may run several times. The
// error of the commit itself is returned: on PostgreSQL a transaction can fail
// as late as that, and a lost connection there leaves open what happened.
func (s *Store) inTx(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error {
	return retry(ctx, func(ctx context.Context) error {
		if s.group != nil {
			return s.group.do(ctx, fn)
		}
		return s.transact(ctx, fn)
	})
}

func (s *Store) transact(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, &sql.TxOptions{Isolation: s.isolation})
	if err != nil {
		return err
	}
	defer tx.Rollback() // after the commit it does nothing
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// retry runs fn, a transaction or a statement that is one, again while it fails
// because of others. Every other error ends it: above all a lost connection,
// after which fn may have happened or not.
func retry(ctx context.Context, fn func(ctx context.Context) error) error {
	attempt := 0
	return crdb.ExecuteCtx(crdb.WithMaxRetries(ctx, maxRetries), func(ctx context.Context, _ ...any) error {
		if err := pause(ctx, attempt); err != nil {
			return err
		}
		attempt++
		return retryable(fn(ctx))
	})
}

// exec runs a statement that is a transaction by itself, and says how many rows
// it wrote.
func (s *Store) exec(ctx context.Context, statement string, args ...any) (rows int64, err error) {
	run := func(ctx context.Context, on execer) error {
		result, err := on.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		rows, err = result.RowsAffected()
		return err
	}
	if s.group != nil {
		err = s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error { return run(ctx, tx) })
	} else {
		err = retry(ctx, func(ctx context.Context) error { return run(ctx, s.write) })
	}
	return rows, err
}

// execer is a pool or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func pause(ctx context.Context, attempt int) error {
	if attempt == 0 {
		return nil
	}
	longest := min(firstPause<<min(attempt, 10), maxPause) // which 10 is enough for
	timer := time.NewTimer(rand.N(longest))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryable makes PostgreSQL's deadlock and SQLite's file that another program has locked
// look like the serialization failure that crdb.ExecuteCtx repeats: nothing was done.
func retryable(err error) error {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == "40P01" || isLocked(err) {
		return gaveWay{err}
	}
	return err
}

// gaveWay is a transaction that the database ended for another's sake.
type gaveWay struct{ error }

func (gaveWay) SQLState() string { return "40001" }
func (g gaveWay) Unwrap() error  { return g.error }
