package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/fingerpost/fingerpost/bench/peers"
	"github.com/fingerpost/fingerpost/sync/cli"
)

// profileCommand are the flags of "bench profile".
type profileCommand struct {
	File   string `arg:"" help:"Where to write it."`
	Rounds int    `help:"How many times two seconds to look for." default:"40"`
}

// Run builds an edge, looks at it, and writes what it saw.
func (c *profileCommand) Run(ctx context.Context, log *slog.Logger) error {
	dir, err := os.MkdirTemp("", "fingerpost-profile-")
	if err != nil {
		return cli.Start(fmt.Errorf("making a folder: %w", err))
	}
	defer os.RemoveAll(dir)
	of := compareCommand{Links: 100_000, Rounds: c.Rounds}
	o, err := of.options(ctx, dir, log)
	if err != nil {
		return cli.Start(err)
	}
	p, err := peers.Profile(ctx, o)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.File, p, 0o644); err != nil {
		return fmt.Errorf("writing the profile: %w", err)
	}
	return nil
}
