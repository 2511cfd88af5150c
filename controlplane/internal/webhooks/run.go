package webhooks

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// How long messages are kept once they are settled.
const (
	keepSent    = 7 * 24 * time.Hour
	keepDead    = 30 * 24 * time.Hour
	forgetEvery = time.Minute
	forgetLimit = 1000
)

// Run makes and sends messages until ctx ends. Every replica runs one. It logs
// changes of state only.
func (h *Webhooks) Run(ctx context.Context) {
	ticker := time.NewTicker(h.options.Every)
	defer ticker.Stop()
	sending := newTurns()
	defer sending.running.Wait()
	err := h.round(ctx, sending)
	for {
		if ctx.Err() != nil {
			return
		}
		switch {
		case err != nil && !h.failing:
			h.options.Logger.Warn("webhooks wait; trying on", "error", err)
		case err == nil && h.failing:
			h.options.Logger.Info("webhooks go on")
		}
		h.failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			err = h.round(ctx, sending)
		case e := <-sending.ended:
			err = errors.Join(sending.end(e), h.deliver(ctx, sending))
		}
	}
}

// round makes messages of what has happened, begins to send what is due, and forgets
// what is old.
func (h *Webhooks) round(ctx context.Context, sending *turns) error {
	hooks, err := h.options.Store.Webhooks(ctx, "", Place{}, maxWebhooks)
	if err != nil || len(hooks) == 0 {
		return err
	}
	first := slices.MinFunc(hooks, func(a, b Webhook) int { return cmp.Compare(a.AfterBlock, b.AfterBlock) })
	if err := errors.Join(h.collect(ctx, first.AfterBlock), h.collectThresholds(ctx)); err != nil {
		return err
	}
	if err := h.deliver(ctx, sending); err != nil {
		return err
	}
	return h.forget(ctx)
}

// forget removes old messages, now and then.
func (h *Webhooks) forget(ctx context.Context) error {
	now := h.options.Now()
	if now.Sub(h.forgot) < forgetEvery {
		return nil
	}
	h.forgot = now
	for status, age := range map[Status]time.Duration{Sent: keepSent, Dead: keepDead} {
		for n := forgetLimit; n == forgetLimit; {
			var err error
			if n, err = h.options.Store.ForgetMessages(ctx, status, now.Add(-age).UnixMilli(), forgetLimit); err != nil {
				return err
			}
		}
	}
	return nil
}
