package load

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// worker owns one connection and sends whichever request is next.
type worker struct {
	options *Options
	addr    string
	next    *atomic.Uint64 // shared by all workers
	start   time.Time

	conn   *Conn // nil between connections
	dialed bool  // a connection was made before
	buf    []byte
	answer Answer
	result Result
}

func (w *worker) run(ctx context.Context) error {
	defer func() {
		if w.conn != nil {
			w.conn.Close()
		}
	}()
	for {
		// Connecting comes before taking a number, so that no request is left
		// out when a server is gone.
		if err := w.connect(ctx); err != nil {
			return err
		}
		n := w.next.Add(1) - 1
		if n >= w.options.Requests {
			return nil
		}
		intended, err := w.wait(ctx, n)
		if err != nil {
			return err
		}
		w.do(n, intended)
	}
}

// wait lets time pass until request n is due and returns when that is; without
// a schedule it is now.
func (w *worker) wait(ctx context.Context, n uint64) (time.Time, error) {
	at, timed := w.options.Pacer(n)
	if !timed {
		return time.Now(), ctx.Err()
	}
	due := w.start.Add(at)
	if early := time.Until(due); early > 0 {
		return due, pause(ctx, early)
	}
	return due, ctx.Err()
}

func (w *worker) do(n uint64, intended time.Time) {
	w.buf = w.options.Source.Request(n, w.buf[:0])
	w.result.Sent++
	reuse, err := w.conn.Do(w.buf, &w.answer)
	switch {
	case err == nil:
		w.result.Latency.Record(time.Since(intended))
	case errors.Is(err, ErrMalformed):
		w.result.Malformed++
	default:
		w.result.Unanswered++
	}
	if !reuse {
		w.conn = nil
	}
	w.options.Source.Answered(n, &w.answer, err)
}

// connect makes sure that there is a connection, trying for as long as the
// options' Patience.
func (w *worker) connect(ctx context.Context) error {
	if w.conn != nil {
		return ctx.Err()
	}
	deadline := time.Now().Add(w.options.Patience)
	for {
		conn, err := Dial(ctx, w.addr, w.options.Timeout)
		if err == nil {
			w.conn = conn
			if w.dialed {
				w.result.Reconnects++
			}
			w.dialed = true
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("giving up after %v: %w", w.options.Patience, err)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// pause waits for d, or less if ctx ends; then it returns ctx's error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
