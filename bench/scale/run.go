//go:build linux

package scale

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Run fills the stores, if need be, and compares. Without rounds there is no result.
func Run(ctx context.Context, o Options) (r *Result, err error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(o.Dir, "run-")
	if err != nil {
		return nil, fmt.Errorf("making a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { // PostgreSQL runs as another user than root
		return nil, err
	}
	many, err := newSystem(&o, o.Many, filepath.Join(dir, "many"), filepath.Join(o.Dir, fmt.Sprint("links-", o.Many)))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, many.stop()) }()
	if err := many.fill(ctx); err != nil || o.Rounds == 0 {
		return nil, err
	}
	few, err := newSystem(&o, o.Few, filepath.Join(dir, "few"), filepath.Join(dir, "links"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, few.stop()) }()
	if err := few.fill(ctx); err != nil {
		return nil, err
	}
	return compare(ctx, &o, many, few)
}

func compare(ctx context.Context, o *Options, many, few *system) (*Result, error) {
	for _, s := range []*system{few, many} {
		if err := s.prepare(ctx); err != nil {
			return nil, err
		}
	}
	r := &Result{Many: o.Many, Few: o.Few, Held: len(many.held)}
	var err error
	if r.Disk, err = many.disk(ctx); err != nil {
		return nil, err
	}
	// Redirects leave clicks to be booked, which is to trouble nothing else.
	for _, atEdge := range []bool{true, false} {
		for round := range o.Rounds {
			o.Logger.Info("taking turns", "redirects", atEdge, "round", round+1, "of", o.Rounds)
			for i, m := range measures() {
				if m.atEdge != atEdge || !strings.Contains(m.name, o.Only) {
					continue
				}
				if err := r.turns(ctx, i, few, many, round); err != nil {
					return nil, err
				}
			}
		}
		if !atEdge {
			break
		}
		if err := errors.Join(few.quiet(ctx), many.quiet(ctx)); err != nil {
			return nil, fmt.Errorf("waiting for what follows: %w", err)
		}
	}
	return r, nil
}

// turns measures both systems once, in every other round the large one first.
func (r *Result) turns(ctx context.Context, i int, few, many *system, round int) error {
	order := []*system{few, many}
	if round%2 == 1 {
		slices.Reverse(order)
	}
	for _, s := range order {
		turn, err := s.turn(ctx, measures()[i])
		if err != nil {
			return fmt.Errorf("%s, of %d links: %w", measures()[i].name, s.size, err)
		}
		r.add(i, s == many, turn)
	}
	return nil
}

// prepare starts everything, and has the edge hold its part.
func (s *system) prepare(ctx context.Context) error {
	s.options.Logger.Info("starting a system", "links", s.size)
	if err := s.start(ctx, s.etcd, s.control, s.edge); err != nil {
		return err
	}
	if err := s.choose(ctx); err != nil {
		return err
	}
	s.options.Logger.Info("filling an edge", "mappings", len(s.held))
	if err := s.warm(ctx); err != nil {
		return err
	}
	return s.dive(ctx)
}

// turn measures once.
func (s *system) turn(ctx context.Context, m measure) (t Turn, err error) {
	pids := []int{s.edge.ID()}
	if !m.atEdge {
		pids = []int{s.control.ID(), s.database.ID()}
	}
	before, err := processor(pids...)
	if err != nil {
		return t, err
	}
	logged, err := s.logged(ctx)
	if err != nil {
		return t, err
	}
	start := time.Now()
	h, n, err := m.run(s)(ctx)
	if err != nil {
		return t, err
	}
	elapsed := time.Since(start)
	after, err := processor(pids...)
	if err != nil {
		return t, err
	}
	end, err := s.logged(ctx)
	return Turn{
		P50: h.Quantile(0.5), P99: h.Quantile(0.99), Most: h.Quantile(1),
		Processor: (after - before) / time.Duration(n), PerSecond: float64(n) / elapsed.Seconds(),
		Logged: (end - logged) / int64(n),
	}, err
}
