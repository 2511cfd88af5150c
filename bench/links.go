package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/fingerpost/fingerpost/bench/many"
	"github.com/fingerpost/fingerpost/bench/report"
	"github.com/fingerpost/fingerpost/sync/cli"
)

// linksCommand are the flags of "bench links".
type linksCommand struct {
	Control string `help:"Base URL of the control plane." default:"http://localhost:8080"`
	Key     string `help:"API key without a rate limit that may read and write links." required:""`
	Links   int    `help:"How many links to import." default:"1000000"`
	Singles int    `help:"How many to create one by one, to compare." default:"1000"`
	Clients int    `help:"How many create at once." default:"16"`
	Queries int    `help:"How often to time each search." default:"50"`
}

// Run measures and prints.
func (c *linksCommand) Run(ctx context.Context, _ *slog.Logger) error {
	run, err := many.New(many.Options{
		Control: c.Control, Key: c.Key, Links: c.Links, Singles: c.Singles, Clients: c.Clients, Queries: c.Queries,
	})
	if err != nil {
		return cli.Start(err)
	}
	result, err := run.Run(ctx)
	if err != nil {
		return err
	}
	sections := result.Sections()
	if err := report.Write(os.Stdout, sections); err != nil {
		return err
	}
	for _, s := range sections {
		for _, row := range s.Rows {
			if row.Verdict == report.Fails {
				return errors.New("something did not hold: see the rows marked FAILED")
			}
		}
	}
	return nil
}
