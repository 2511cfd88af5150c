package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
)

// groupLimit bounds the transactions that share a commit, and so how long the
// first of them waits for the others.
const groupLimit = 64

// group lets the transactions of callers who come at the same time share one
// commit of SQLite, and its sync of the disk: there is one writer anyhow, and the
// sync is most of what a small transaction costs. Each runs under a savepoint of
// its own, so that one that fails takes nothing of the others with it, and hears
// of its result, good or bad, only when the commit is durable.
type group struct {
	db *sql.DB

	mu      sync.Mutex
	queue   []*job // mu
	working bool   // mu; a goroutine works the queue off
	closed  bool   // mu
	worker  sync.WaitGroup
}

// job is one caller's transaction.
type job struct {
	ctx   context.Context
	fn    func(ctx context.Context, tx *sql.Tx) error
	taken atomic.Bool   // by the worker, or by its caller, who has given up
	ran   chan struct{} // closed once fn is not running and will not run again
	done  chan struct{} // closed when err and panicked say how it ended

	err      error
	panicked any // what fn panicked with
}

// do runs fn and waits for the commit. When ctx ends, a fn that has not begun
// never will; one that has begun leaves open whether it is committed.
func (g *group) do(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error {
	j := &job{ctx: ctx, fn: fn, ran: make(chan struct{}), done: make(chan struct{})}
	if err := g.enqueue(j); err != nil {
		return err
	}
	select {
	case <-j.done:
		return j.result()
	case <-ctx.Done():
	}
	if j.taken.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	<-j.ran // what fn writes to is its caller's again from here on
	select {
	case <-j.done:
		return j.result()
	default:
		return fmt.Errorf("waiting for the commit: %w", ctx.Err())
	}
}

func (j *job) result() error {
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.err
}

func (g *group) enqueue(j *job) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return sql.ErrConnDone
	}
	g.queue = append(g.queue, j)
	if !g.working {
		g.working = true
		g.worker.Go(g.work)
	}
	return nil
}

// close refuses new transactions and waits for those that are under way.
func (g *group) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.worker.Wait()
}

// work runs while there is something in the queue.
func (g *group) work() {
	for jobs := g.next(); len(jobs) > 0; jobs = g.next() {
		err := g.transact(jobs)
		for _, j := range jobs {
			if err != nil {
				j.err = err
			}
			close(j.done)
		}
	}
}

func (g *group) next() []*job {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.queue), groupLimit)
	jobs := g.queue[:n:n]
	if g.queue = g.queue[n:]; n == 0 {
		g.queue, g.working = nil, false
	}
	return jobs
}

// transact runs jobs in one transaction. Its error is everybody's: also of those
// who failed by themselves, because what they saw of the others never was.
func (g *group) transact(jobs []*job) error {
	tx, err := g.db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after the commit it does nothing
	for _, j := range jobs {
		if err := j.run(tx); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// run runs fn between savepoints; an error of those ends the whole transaction.
func (j *job) run(tx *sql.Tx) error {
	if !j.taken.CompareAndSwap(false, true) {
		return nil
	}
	defer close(j.ran)
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if _, err := tx.Exec("SAVEPOINT one"); err != nil {
		return err
	}
	j.call(tx)
	if j.err == nil && j.panicked == nil {
		_, err := tx.Exec("RELEASE one")
		return err
	}
	_, err := tx.Exec("ROLLBACK TO one; RELEASE one")
	return err
}

// call shields fn from its caller's cancellation: SQLite breaks a statement off
// by rolling everything back, which would be the work of all.
func (j *job) call(tx *sql.Tx) {
	defer func() { j.panicked = recover() }()
	j.err = j.fn(context.WithoutCancel(j.ctx), tx)
}
