//go:build linux

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/fingerpost/fingerpost/bench/report"
	"github.com/fingerpost/fingerpost/bench/scale"
	"github.com/fingerpost/fingerpost/bench/workload"
	"github.com/fingerpost/fingerpost/sync/cli"
)

// scaleCommand are the flags of "bench scale".
type scaleCommand struct {
	Dir       string   `help:"Folder for the large database, which is kept for the next run." required:""`
	Many      int      `help:"Links of the large store." default:"10000000"`
	Few       int      `help:"Links of the small one." default:"10000"`
	Written   int      `help:"How many of them the control plane itself creates, at most." default:"40000"`
	Held      int      `help:"Mappings that the large system's edge holds." default:"1000000"`
	Rounds    int      `help:"How often each system has its turn. 0: only fill the database." default:"5"`
	Singles   int      `help:"Links that a turn creates one by one." default:"3000"`
	Bulks     int      `help:"Thousands of links that a turn creates in bulk." default:"4"`
	Lookups   int      `help:"Misses that a turn resolves over gRPC." default:"5000"`
	Queries   int      `help:"How often a turn asks for each listing." default:"5"`
	Redirects int      `help:"Redirects of a turn, with all links held and again with misses." default:"100000"`
	Rate      int      `help:"Redirects a second." default:"20000"`
	Clients   int      `help:"How many create, or miss, at once." default:"16"`
	Setting   []string `help:"Of PostgreSQL, as name=value; may be given again." sep:"none"`
	Only      string   `help:"Measure only what has this in its name." placeholder:"TEXT"`
	JSON      string   `name:"json" help:"Also write the result to this file." placeholder:"FILE"`
}

// Run compares, prints and judges.
func (c *scaleCommand) Run(ctx context.Context, log *slog.Logger) error {
	o, err := c.options(ctx, log)
	if err != nil {
		return cli.Start(err)
	}
	r, err := scale.Run(ctx, o)
	if r == nil || err != nil {
		return err
	}
	if err := report.Write(os.Stdout, r.Sections()); err != nil {
		return err
	}
	if c.JSON != "" {
		if err := report.WriteJSON(c.JSON, r); err != nil {
			return err
		}
	}
	if !r.Holds() {
		return errNotHeld
	}
	return nil
}

func (c *scaleCommand) options(ctx context.Context, log *slog.Logger) (o scale.Options, err error) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return o, fmt.Errorf("--dir: %w", err)
	}
	urls, err := workload.URLs("")
	if err != nil {
		return o, err
	}
	o = scale.Options{
		Dir: dir, Many: c.Many, Few: c.Few, Written: c.Written, Held: c.Held, URLs: urls, Rounds: c.Rounds, Singles: c.Singles, Bulks: c.Bulks,
		Lookups: c.Lookups, Queries: c.Queries, Redirects: c.Redirects, Clients: c.Clients, Rate: c.Rate, Settings: c.Setting, Only: c.Only, Logger: log,
	}
	programs := filepath.Join(dir, "programs")
	if err := os.MkdirAll(programs, 0o711); err != nil {
		return o, fmt.Errorf("making a folder: %w", err)
	}
	o.Programs.Etcd, err = built(ctx, programs, "", "go.etcd.io/etcd/server/v3", log)
	if err != nil {
		return o, err
	}
	if o.Programs.Control, err = built(ctx, programs, "", "github.com/fingerpost/fingerpost/controlplane", log); err != nil {
		return o, err
	}
	o.Programs.Edge, err = built(ctx, programs, "", "github.com/fingerpost/fingerpost/edge", log)
	return o, err
}
