package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// held is a SQLite store whose writer is kept busy until release, so that what
// comes meanwhile shares one commit.
type held struct {
	*store.Store
	running sync.WaitGroup
	release func()
}

func hold(t *testing.T) *held {
	t.Helper()
	h := &held{Store: open(t, sqliteURL(t))}
	exec(t, h.Store, "CREATE TABLE rows (n INT PRIMARY KEY)")
	entered, let := make(chan struct{}), make(chan struct{})
	h.release = sync.OnceFunc(func() { close(let) })
	t.Cleanup(func() { h.release(); h.running.Wait() })
	h.running.Go(func() {
		if err := store.InTx(t.Context(), h.Store, func(context.Context, *sql.Tx) error {
			close(entered)
			<-let
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-entered
	return h
}

// enqueue runs fn in a transaction, and returns when it waits in the queue.
func (h *held) enqueue(t *testing.T, ctx context.Context, fn func(tx *sql.Tx) error) (result <-chan error) {
	t.Helper()
	before := store.Queued(h.Store)
	ended := make(chan error, 1)
	h.running.Go(func() {
		defer func() {
			if cause := recover(); cause != nil {
				ended <- fmt.Errorf("panic: %v", cause)
			}
		}()
		ended <- store.InTx(ctx, h.Store, func(_ context.Context, tx *sql.Tx) error { return fn(tx) })
	})
	for deadline := time.Now().Add(10 * time.Second); store.Queued(h.Store) == before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the transaction is not queued")
		}
	}
	return ended
}

func (h *held) rows(t *testing.T) (all []int) {
	t.Helper()
	err := store.InTx(t.Context(), h.Store, func(ctx context.Context, tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT n FROM rows ORDER BY n")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				return err
			}
			all = append(all, n)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func insert(n int) func(tx *sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO rows VALUES ($1)", n)
		return err
	}
}

func TestSharedCommitIsolatesFailures(t *testing.T) {
	errRefused := errors.New("refused")
	h := hold(t)
	first := h.enqueue(t, t.Context(), insert(1))
	refused := h.enqueue(t, t.Context(), func(tx *sql.Tx) error {
		return errors.Join(insert(2)(tx), errRefused)
	})
	conflicting := h.enqueue(t, t.Context(), func(tx *sql.Tx) error {
		return errors.Join(insert(3)(tx), insert(1)(tx))
	})
	panicking := h.enqueue(t, t.Context(), func(tx *sql.Tx) error {
		_ = insert(4)(tx)
		panic("a bug")
	})
	last := h.enqueue(t, t.Context(), insert(5))
	h.release()
	if err := errors.Join(<-first, <-last); err != nil {
		t.Error("beside others that failed:", err)
	}
	if err := <-refused; !errors.Is(err, errRefused) {
		t.Error("refused:", err)
	}
	if err := <-conflicting; err == nil {
		t.Error("a conflict went unnoticed")
	}
	if err := <-panicking; err == nil || err.Error() != "panic: a bug" {
		t.Error("panicking:", err)
	}
	if got := h.rows(t); !slices.Equal(got, []int{1, 5}) {
		t.Error("committed:", got)
	}
}

func TestAbandonedTransactionNeverRuns(t *testing.T) {
	h := hold(t)
	ctx, cancel := context.WithCancel(t.Context())
	abandoned := h.enqueue(t, ctx, insert(1))
	kept := h.enqueue(t, t.Context(), insert(2))
	cancel()
	if err := <-abandoned; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	h.release()
	if err := <-kept; err != nil {
		t.Error(err)
	}
	if got := h.rows(t); !slices.Equal(got, []int{2}) {
		t.Error("committed:", got)
	}
}

// A commit that fails is the failure of all who share it, also of one that has
// failed by itself: what it saw of the others never was.
func TestSharedCommitFailsForAll(t *testing.T) {
	errRefused := errors.New("refused")
	h := hold(t)
	first := h.enqueue(t, t.Context(), insert(1))
	breaking := h.enqueue(t, t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec("ROLLBACK") // as SQLite does by itself when the disk is full
		return err
	})
	refused := h.enqueue(t, t.Context(), func(*sql.Tx) error { return errRefused })
	h.release()
	for _, result := range []<-chan error{first, breaking, refused} {
		if err := <-result; err == nil || errors.Is(err, errRefused) {
			t.Error("got", err)
		}
	}
	if got := h.rows(t); len(got) != 0 {
		t.Error("committed:", got)
	}
}
