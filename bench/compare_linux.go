package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/fingerpost/fingerpost/bench/peers"
	"github.com/fingerpost/fingerpost/bench/report"
	"github.com/fingerpost/fingerpost/bench/workload"
	"github.com/fingerpost/fingerpost/sync/cli"
)

// compareCommand are the flags of "bench compare".
type compareCommand struct {
	Links      int           `help:"How many links there are." default:"100000"`
	Growth     int           `help:"How many links a second edge holds, to see what more of them cost. 0: instead, a second edge has its clicks in memory." default:"0"`
	Rounds     int           `help:"How often each server has its turn." default:"9"`
	Turn       time.Duration `help:"How long a turn is." default:"2s"`
	Tail       time.Duration `help:"For how long to ask at fixed intervals. 0: not at all." default:"20s"`
	Idle       int           `help:"How many idle connections to open. 0: none." default:"10000"`
	CacheBytes int64         `help:"The edge's memory for links." default:"536870912"`
	Edge       string        `help:"The edge's program. Default: built from this module." placeholder:"FILE"`
	Against    string        `help:"Another edge's program, which takes turns too: to compare two builds." placeholder:"FILE"`
	Etcd       string        `help:"etcd's program. Default: built from this module." placeholder:"FILE"`
	JSON       string        `name:"json" help:"Also write the result to this file." placeholder:"FILE"`
}

// Run compares, prints and judges. Without the tools it says so and does nothing:
// a machine that lacks them is no failure.
func (c *compareCommand) Run(ctx context.Context, log *slog.Logger) error {
	if err := peers.Missing(); err != nil {
		fmt.Println("comparison skipped:", err)
		return nil
	}
	dir, err := os.MkdirTemp("", "fingerpost-compare-")
	if err != nil {
		return cli.Start(fmt.Errorf("making a folder: %w", err))
	}
	defer os.RemoveAll(dir)
	o, err := c.options(ctx, dir, log)
	if err != nil {
		return cli.Start(err)
	}
	r, err := peers.Run(ctx, o)
	if err != nil {
		return err
	}
	if err := report.Write(os.Stdout, r.Sections()); err != nil {
		return err
	}
	if c.JSON == "" {
		return nil
	}
	return report.WriteJSON(c.JSON, r)
}

func (c *compareCommand) options(ctx context.Context, dir string, log *slog.Logger) (o peers.Options, err error) {
	if c.Links < 1 {
		return o, errors.New("--links must be positive")
	}
	if c.Growth < 0 || c.Growth > c.Links {
		return o, errors.New("--growth must be less than --links")
	}
	urls, err := workload.URLs("")
	if err != nil {
		return o, err
	}
	o = peers.Options{
		URLs: workload.Targets(urls, c.Links), Few: c.Growth, CacheBytes: c.CacheBytes, Rounds: c.Rounds, Turn: c.Turn, Tail: c.Tail, Idle: c.Idle, Against: c.Against, Logger: log,
	}
	if o.Bench, err = os.Executable(); err != nil {
		return o, fmt.Errorf("looking for this program: %w", err)
	}
	if o.Edge, err = built(ctx, dir, c.Edge, "github.com/fingerpost/fingerpost/edge", log); err != nil {
		return o, err
	}
	o.Etcd, err = built(ctx, dir, c.Etcd, "go.etcd.io/etcd/server/v3", log)
	return o, err
}

// floorCommand is what "bench compare" starts as the floor.
type floorCommand struct {
	Addr string `arg:"" help:"Where to answer."`
}

// Run answers until the process ends.
func (c *floorCommand) Run() error { return cli.Start(peers.Floor(c.Addr)) }
