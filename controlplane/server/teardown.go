package server

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// teardown is what has to be undone, in the order in which it was done.
type teardown struct {
	steps []step
}

type step struct {
	name string
	undo func(context.Context) error
}

func (t *teardown) add(name string, undo func(context.Context) error) {
	t.steps = append(t.steps, step{name, undo})
}

// half bounds ctx to half of what it leaves, so that a client who takes its time
// leaves some for what comes later.
func half(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}

// run undoes everything, last in first out, whatever fails on the way. A second
// run finds nothing to do.
func (t *teardown) run(ctx context.Context) error {
	var all error
	for i := len(t.steps) - 1; i >= 0; i-- {
		if err := t.steps[i].undo(ctx); err != nil {
			all = errors.Join(all, fmt.Errorf("stopping %s: %w", t.steps[i].name, err))
		}
	}
	t.steps = nil
	return all
}
