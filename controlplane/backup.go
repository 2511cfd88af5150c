package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/cli"
)

type backup struct {
	existing
	File string `arg:"" help:"Where the copy goes; it must not be there yet."`
}

// Run may run beside a server.
func (c *backup) Run(ctx context.Context, log *slog.Logger) error {
	return server.Backup(ctx, c.DatabaseURL, c.File, log)
}

type restore struct {
	database
	File string `arg:"" optional:"" help:"A copy that backup made, for sqlite: the database must not be there yet. Without it, the database was restored by its own tools."`
}

// Validate is called by kong.
func (c *restore) Validate() error {
	if c.File != "" {
		return nil
	}
	return existing{c.database}.Validate()
}

// Run must run before any server does.
func (c *restore) Run(ctx context.Context, log *slog.Logger) error {
	if c.File != "" {
		path, ok := strings.CutPrefix(c.DatabaseURL, "sqlite:")
		if !ok {
			return cli.Start(errors.New("FILE is for sqlite: only; restore with the database's own tools and run this without it"))
		}
		if err := place(c.File, path); err != nil {
			return cli.Start(err)
		}
	}
	return server.Restored(ctx, c.DatabaseURL, log)
}

// place copies a backup to where the database will be.
func place(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("opening the backup: %w", err)
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("placing the backup (move the database and its -wal and -shm files away first): %w", err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if _, err := io.Copy(target, source); err != nil {
		return fmt.Errorf("placing the backup: %w", err)
	}
	return target.Sync()
}
