package store

import (
	"context"
	"errors"
	"fmt"
)

// ErrServerDatabase: a server's own tools back it up.
var ErrServerDatabase = errors.New("only SQLite is backed up by this program; use pg_dump, or BACKUP on CockroachDB")

// Backup writes a copy of a SQLite database, as it is at one moment, to a file
// that must not be there. Writers go on meanwhile.
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.group == nil {
		return ErrServerDatabase
	}
	if _, err := s.write.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return fmt.Errorf("backing up to %s: %w", path, err)
	}
	return nil
}

// restoreLeap is by how much versions rise when a backup is restored: more than a
// link was changed since.
const restoreLeap = 1_000_000

// RaiseVersions lifts every link's version over all that the feed and the edges
// may have seen of it after the backup that was restored: they take no version
// that is not newer.
func (s *Store) RaiseVersions(ctx context.Context) error {
	if _, err := s.exec(ctx, `UPDATE links SET version = version + $1`, int64(restoreLeap)); err != nil {
		return fmt.Errorf("raising versions: %w", err)
	}
	// What waits there speaks of versions that are no more; edges ask anew.
	for _, statement := range []string{`DELETE FROM outbox`, `DELETE FROM outbox_blocks`} {
		if _, err := s.exec(ctx, statement); err != nil {
			return fmt.Errorf("raising versions: %w", err)
		}
	}
	return nil
}
