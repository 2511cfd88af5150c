package idempotency

import (
	"context"
	"time"
)

const (
	forgetEvery  = 10 * time.Minute
	forgetWithin = 5 * time.Second
	forgetLimit  = 1000
)

// Run removes expired names until ctx ends. Every replica may: they take what
// the others leave.
func (k *Keeper) Run(ctx context.Context) {
	ticker := time.NewTicker(forgetEvery)
	defer ticker.Stop()
	for {
		k.forget(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// forget ends at the first failure: expired names do no harm but take room.
func (k *Keeper) forget(ctx context.Context) {
	for ctx.Err() == nil {
		bounded, cancel := context.WithTimeout(ctx, forgetWithin)
		forgotten, err := k.store.ForgetAttempts(bounded, k.oldest(), forgetLimit)
		cancel()
		if err != nil || forgotten < forgetLimit {
			return
		}
	}
}
