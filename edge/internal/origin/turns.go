package origin

import (
	"context"
	"errors"
	"sync/atomic"
)

// errBusy is the answer to a question that nobody would come to in time.
var errBusy = errors.New("too many questions are waiting")

// turns bounds how many questions are under way, and how many wait.
type turns struct {
	tokens  chan struct{} // holds one per question under way
	waiting atomic.Int64
	queue   int64
}

func newTurns(asking, queue int) *turns {
	return &turns{tokens: make(chan struct{}, asking), queue: int64(queue)}
}

// take waits for a turn until ctx ends; give must follow.
func (t *turns) take(ctx context.Context) error {
	select {
	case t.tokens <- struct{}{}:
		return nil
	default:
	}
	defer t.waiting.Add(-1)
	if t.waiting.Add(1) > t.queue {
		return errBusy
	}
	select {
	case t.tokens <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turns) give() { <-t.tokens }
