package store

import (
	"context"
	"database/sql"
)

// Serializable makes s use SERIALIZABLE transactions, as CockroachDB does by
// itself.
func Serializable(s *Store) { s.isolation = sql.LevelSerializable }

// InTx is inTx, for tests of the runner itself.
func InTx(ctx context.Context, s *Store, fn func(ctx context.Context, tx *sql.Tx) error) error {
	return s.inTx(ctx, fn)
}

// Chunks is chunks.
func Chunks(n, limit int) []int { return chunks(n, limit) }

// Queued is how many transactions wait for SQLite's next commit.
func Queued(s *Store) int {
	s.group.mu.Lock()
	defer s.group.mu.Unlock()
	return len(s.group.queue)
}
