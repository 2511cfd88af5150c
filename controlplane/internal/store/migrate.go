package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Who waits for the lock looks every fifth of a second, for five minutes.
const (
	lockPause = 200 * time.Millisecond
	lockTries = 1500
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the tables up to date. Replicas that start at once take turns:
// on a server through a row of a lock table with a lease, because CockroachDB
// only pretends to have advisory locks; SQLite has one writer anyhow.
func (s *Store) Migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	files = worded{files, strings.NewReplacer(s.dialect.words...)}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithSlog(s.logger)}
	if s.dialect.migrations == goose.DialectPostgres {
		locker, err := lock.NewPostgresTableLocker(lock.WithTableLogger(s.logger), lock.WithTableLockTimeout(lockPause, lockTries))
		if err != nil {
			return fmt.Errorf("migrating: %w", err)
		}
		options = append(options, goose.WithLocker(locker))
	}
	provider, err := goose.NewProvider(s.dialect.migrations, s.write, files, options...)
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	var applied []*goose.MigrationResult
	// The previous build may be at work: a step that would wait for it for ever is
	// undone, and taken again.
	err = retry(ctx, func(ctx context.Context) (err error) {
		applied, err = provider.Up(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	if len(applied) > 0 {
		s.logger.Debug("database is migrated", "steps", len(applied))
	}
	return nil
}
