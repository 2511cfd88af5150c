package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/cli"
)

type migrate struct{ database }

// Run is idempotent.
func (c *migrate) Run(ctx context.Context, log *slog.Logger) error {
	return cli.Start(server.Migrate(ctx, c.DatabaseURL, log))
}

// withKeys runs use on the database, which it opens, migrates and closes.
func withKeys(ctx context.Context, databaseURL string, log *slog.Logger, use func(*server.Keys) error) error {
	k, err := server.OpenKeys(ctx, databaseURL, log)
	if err != nil {
		return cli.Start(err)
	}
	return errors.Join(use(k), k.Close())
}
