package verify

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// patience bounds how long the API may go on saying "later".
const patience = 30 * time.Second

// patiently makes a call again while the API says "later": 429 or 503 with a
// Retry-After, which promise that nothing was done. Each refusal is added to
// refused.
func patiently(ctx context.Context, refused *atomic.Uint64, call func() error) error {
	deadline := time.Now().Add(patience)
	for {
		err := call()
		var no *refusal
		if !errors.As(err, &no) || !no.later() || time.Now().After(deadline) {
			return err
		}
		refused.Add(1)
		if err := pause(ctx, no.retryAfter); err != nil {
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
