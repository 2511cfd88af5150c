package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/bench/load"
)

// timeout bounds the wait for one answer of an edge that is watched.
const timeout = 5 * time.Second

// gap is the pause between two requests of a watcher. Without one, the watchers
// of a few edges take all of a small machine, and what is measured is how long
// the change waits for a processor.
const gap = 250 * time.Microsecond

// watcher asks one edge for one link at a time, over one kept-alive connection.
type watcher struct {
	addr   string
	result *PropagationResult

	conn   *load.Conn // nil between connections
	answer load.Answer
	buf    []byte
}

func (w *watcher) close() {
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

// get asks once and books the answer. ok is false, and the fault noted, if no
// sensible answer came; an error says that the edge is gone.
func (w *watcher) get(ctx context.Context, e *entry) (ok bool, err error) {
	if w.conn == nil {
		if w.conn, err = load.Dial(ctx, w.addr, timeout); err != nil {
			return false, err
		}
	}
	w.buf = e.request(w.buf[:0])
	reuse, err := w.conn.Do(w.buf, &w.answer)
	if !reuse {
		w.close()
	}
	e.book(&w.answer, err)
	switch {
	case errors.Is(err, load.ErrMalformed):
		w.result.Wrong.add(fmt.Sprintf("%s at %s: %v", e.code, w.addr, err))
	case err != nil:
		w.result.Unanswered.add(fmt.Sprintf("%s at %s: %v", e.code, w.addr, err))
	case later(&w.answer):
		w.result.Unanswered.add(w.addr + ": " + e.wrong(&w.answer, e.target))
	default:
		return true, nil
	}
	return false, nil
}

// look asks once; the answer must be target.
func (w *watcher) look(ctx context.Context, e *entry, target string) error {
	ok, err := w.get(ctx, e)
	if err != nil {
		return err
	}
	if wrong := e.wrong(&w.answer, target); ok && wrong != "" {
		w.result.Wrong.add(w.addr + ": " + wrong)
	}
	return nil
}

// follow asks again and again until ctx ends, and says when the first request
// was answered with the new target.
func (w *watcher) follow(ctx context.Context, e *entry, before, after string, sighting chan<- time.Time) error {
	followed := false
	for ; ctx.Err() == nil; time.Sleep(gap) {
		ok, err := w.get(ctx, e)
		if err != nil {
			if ctx.Err() != nil {
				return nil // the connection was being made when the watch ended
			}
			return err
		}
		if !ok {
			continue
		}
		switch {
		case e.wrong(&w.answer, after) == "":
			if !followed {
				followed = true
				sighting <- time.Now()
			}
		case e.wrong(&w.answer, before) != "":
			w.result.Wrong.add(w.addr + ": " + e.wrong(&w.answer, before))
		case followed:
			w.result.Back.add(fmt.Sprintf("%s at %s: went back to %q", e.code, w.addr, before))
		}
	}
	return nil
}
