package server

import (
	"context"
	"errors"
	"log/slog"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// Backup writes a copy of a SQLite database to file, which must not be there. A
// server may go on working on it.
func Backup(ctx context.Context, databaseURL, file string, log *slog.Logger) error {
	return withStore(ctx, databaseURL, log, func(s *store.Store) error { return s.Backup(ctx, file) })
}

// Restored makes a database that was restored from a backup safe to work with: no
// code that was given after the backup is given again, and no change that is made
// from now on is taken for an old one. It must run before any server does.
func Restored(ctx context.Context, databaseURL string, log *slog.Logger) error {
	return withStore(ctx, databaseURL, log, func(s *store.Store) error {
		issuer, err := counter.NewSharded(ctx, s)
		if err != nil {
			return err
		}
		return errors.Join(issuer.Skip(ctx, writerName("restore")), s.RaiseVersions(ctx))
	})
}

// Migrate brings a database to this build's tables.
func Migrate(ctx context.Context, databaseURL string, log *slog.Logger) error {
	return withStore(ctx, databaseURL, log, func(s *store.Store) error { return s.MigrateOwn(ctx) })
}

// withStore runs use on the database, which it opens, migrates and closes.
func withStore(ctx context.Context, databaseURL string, log *slog.Logger, use func(*store.Store) error) error {
	if err := checkDatabase(databaseURL); err != nil {
		return err
	}
	opening, cancel := context.WithTimeout(ctx, openFor)
	defer cancel()
	opened, err := store.Open(opening, store.Options{URL: databaseURL, Logger: log})
	if err != nil {
		return databaseRemedy(databaseURL, err)
	}
	if err := migrate(ctx, opened); err != nil {
		return errors.Join(databaseRemedy(databaseURL, err), opened.Close())
	}
	return errors.Join(use(opened), opened.Close())
}
