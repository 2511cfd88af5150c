package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
)

// Write skew: two transactions each read both rows of a pair and clear one, if
// the other is still set. Serializable allows one of them, and PostgreSQL says so
// to the other only at its COMMIT. A runner that loses that error would report
// a success that never was.
func TestCommitErrorsAreNotLost(t *testing.T) {
	s := open(t, storetest.PostgreSQL(t))
	store.Serializable(s)
	exec(t, s, "CREATE TABLE pairs (pair INT, side INT, held INT, cleared_by INT, PRIMARY KEY (pair, side))")
	const pairs = 100
	for pair := range pairs {
		exec(t, s, "INSERT INTO pairs VALUES ($1, 0, 1, 0), ($1, 1, 1, 0)", pair)
		var attempts atomic.Int32
		var cleared [2]bool
		together(2, func(side int) {
			err := store.InTx(t.Context(), s, func(ctx context.Context, tx *sql.Tx) error {
				attempts.Add(1)
				cleared[side] = false
				var held int
				if err := tx.QueryRowContext(ctx, "SELECT SUM(held) FROM pairs WHERE pair = $1", pair).Scan(&held); err != nil {
					return err
				}
				if held < 2 {
					return nil
				}
				cleared[side] = true
				_, err := tx.ExecContext(ctx, "UPDATE pairs SET held = 0 WHERE pair = $1 AND side = $2", pair, side)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		for side := range cleared {
			var held int
			query(t, s, &held, "SELECT held FROM pairs WHERE pair = $1 AND side = $2", pair, side)
			if cleared[side] != (held == 0) {
				t.Fatalf("pair %d, side %d: reported cleared %t, held %d after %d attempts", pair, side, cleared[side], held, attempts.Load())
			}
		}
		if cleared[0] == cleared[1] {
			t.Fatalf("pair %d: both sides report %t", pair, cleared[0])
		}
	}
}

// Two transactions that lock two rows in opposite order deadlock; the one that
// PostgreSQL ends is repeated.
func TestDeadlocksAreRepeated(t *testing.T) {
	s := open(t, storetest.PostgreSQL(t))
	exec(t, s, "CREATE TABLE rows (id INT PRIMARY KEY, n INT)")
	exec(t, s, "INSERT INTO rows VALUES (0, 0), (1, 0)")
	var attempts atomic.Int32
	var bothLocked sync.WaitGroup
	bothLocked.Add(2)
	together(2, func(first int) {
		firstTime := true
		err := store.InTx(t.Context(), s, func(ctx context.Context, tx *sql.Tx) error {
			attempts.Add(1)
			for i, id := range []int{first, 1 - first} {
				if _, err := tx.ExecContext(ctx, "UPDATE rows SET n = n + 1 WHERE id = $1", id); err != nil {
					return err
				}
				if i == 0 && firstTime {
					firstTime = false
					bothLocked.Done()
					bothLocked.Wait()
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	var sum int
	query(t, s, &sum, "SELECT SUM(n) FROM rows")
	// Who comes again may be there before the other wakes up, and collide with it again.
	if sum != 4 || attempts.Load() < 3 {
		t.Errorf("sum %d after %d attempts", sum, attempts.Load())
	}
}

func TestRetriesAreBounded(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error
		want int
	}{
		{"a serialization failure", &pgconn.PgError{Code: "40001"}, 51},
		{"a deadlock, wrapped", fmt.Errorf("adding: %w", &pgconn.PgError{Code: "40P01"}), 51},
		{"an unknown outcome", &pgconn.PgError{Code: "40003"}, 1},
		{"a lost connection", errors.New("unexpected EOF"), 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := open(t, sqliteURL(t))
			attempts := 0
			err := store.InTx(t.Context(), s, func(context.Context, *sql.Tx) error { attempts++; return tc.err })
			if attempts != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("%d attempts, %v", attempts, err)
			}
		})
	}
}

func TestChunksArePowersOfTwo(t *testing.T) {
	for n := range 1000 {
		sum, last := 0, 256
		for _, size := range store.Chunks(n, 256) {
			if size > last || size&(size-1) != 0 {
				t.Fatalf("%d: %v", n, store.Chunks(n, 256))
			}
			sum, last = sum+size, size
		}
		if sum != n {
			t.Fatalf("%d: %v", n, store.Chunks(n, 256))
		}
	}
}

func exec(t *testing.T, s *store.Store, statement string, args ...any) {
	t.Helper()
	err := store.InTx(t.Context(), s, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func query(t *testing.T, s *store.Store, into any, statement string, args ...any) {
	t.Helper()
	err := store.InTx(t.Context(), s, func(ctx context.Context, tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, statement, args...).Scan(into)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func together(n int, f func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { f(i) })
	}
	group.Wait()
}

// A file that another program has locked for longer than SQLite waits is tried again.
func TestLockedFileIsTriedAgain(t *testing.T) {
	url := storetest.SQLite(t)
	s := open(t, url)
	other, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	attempts := 0
	err = store.InTx(t.Context(), s, func(ctx context.Context, _ *sql.Tx) error {
		if attempts++; attempts > 1 {
			return nil
		}
		tx, err := other.BeginTx(ctx, nil) // s has the lock
		if err == nil {
			err = errors.Join(errors.New("two have the lock"), tx.Rollback())
		}
		return err
	})
	if err != nil || attempts != 2 {
		t.Errorf("%d attempts, %v; want 2", attempts, err)
	}
}
