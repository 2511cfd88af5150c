package ingest

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

const (
	// rollUpEvery bounds how long clicks that a replica of the build before has
	// booked are missing from totals.
	rollUpEvery = 10 * time.Second
	// tidyEach is in how many of these rounds the rest is done.
	tidyEach = 6
	// stepWithin bounds one step. The longest goes through all minutes that there
	// are.
	stepWithin = 10 * time.Minute
)

// Janitor looks after a store's old clicks. Every replica runs one.
type Janitor struct {
	keeper Keeper
	logger *slog.Logger
}

// NewJanitor makes a Janitor.
func NewJanitor(keeper Keeper, logger *slog.Logger) (*Janitor, error) {
	switch {
	case keeper == nil:
		return nil, errors.New("ingest: keeper is missing")
	case logger == nil:
		return nil, errors.New("ingest: logger is missing")
	}
	return &Janitor{keeper, logger}, nil
}

// Run tidies up until ctx ends. It logs changes of state only.
func (j *Janitor) Run(ctx context.Context) {
	ticker := time.NewTicker(rollUpEvery)
	defer ticker.Stop()
	failed := false
	for round := 0; ; round++ {
		tidy := j.RollUp
		if round%tidyEach == 0 {
			tidy = j.Tidy
		}
		err := tidy(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failed:
			j.logger.Warn("old clicks cannot be looked after; trying on", "error", err)
		case err == nil && failed:
			j.logger.Info("old clicks are looked after again")
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// RollUp brings in what the build before has booked.
func (j *Janitor) RollUp(ctx context.Context) error { return repeat(ctx, j.keeper.RollUp) }

// Tidy does all there is to do, whatever fails on the way.
func (j *Janitor) Tidy(ctx context.Context) error {
	failures := j.RollUp(ctx)
	for _, step := range []step{j.keeper.ForgetSalts, j.keeper.PruneClicks, j.keeper.FoldBatches} {
		failures = errors.Join(failures, repeat(ctx, step))
	}
	return failures
}

// step says whether there is more to do.
type step func(context.Context) (more bool, err error)

func repeat(ctx context.Context, once step) error {
	for more := true; more; {
		bounded, cancel := context.WithTimeout(ctx, stepWithin)
		var err error
		more, err = once(bounded)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}
