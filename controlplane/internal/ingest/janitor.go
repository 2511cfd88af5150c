package ingest

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	// rollUpEvery bounds how long clicks that a replica of the build before has
	// booked are missing from totals.
	rollUpEvery = 10 * time.Second
	// tidyEach is in how many of these rounds the rest is done.
	tidyEach = 6
	// postEvery is how long the journal gathers what it has of a link. With that the
	// work of posting falls, and what a question has to read or post first grows.
	postEvery = 30 * time.Second
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

// Run posts and tidies up until ctx ends. It logs changes of state only.
func (j *Janitor) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { j.every(ctx, postEvery, "posting clicks", j.Post) })
	round := 0
	j.every(ctx, rollUpEvery, "looking after old clicks", func(ctx context.Context) error {
		round++
		if round%tidyEach == 1 {
			return j.Tidy(ctx)
		}
		return j.RollUp(ctx)
	})
	group.Wait()
}

// every works once in a while, at first at once.
func (j *Janitor) every(ctx context.Context, pause time.Duration, name string, work func(context.Context) error) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for failed := false; ; {
		err := work(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failed:
			j.logger.Warn("the janitor fails; trying on", "at", name, "error", err)
		case err == nil && failed:
			j.logger.Info("the janitor works again", "at", name)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Post brings hours and days up to date.
func (j *Janitor) Post(ctx context.Context) error { return repeat(ctx, j.keeper.PostJournal) }

// RollUp brings in what the build before has booked.
func (j *Janitor) RollUp(ctx context.Context) error { return repeat(ctx, j.keeper.RollUp) }

// Tidy does all there is to do, whatever fails on the way.
func (j *Janitor) Tidy(ctx context.Context) error {
	failures := j.RollUp(ctx)
	for _, step := range []step{j.keeper.ForgetSalts, j.keeper.PruneClicks, j.keeper.FoldBatches, j.keeper.ForgetEdges} {
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
