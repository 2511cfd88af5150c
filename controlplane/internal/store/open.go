package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/sealed"
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	// write and read are one pool on a server. SQLite has one connection that
	// writes, because it allows one writer, and several that read meanwhile.
	write, read *sql.DB
	group       *group     // of SQLite's transactions; nil on a server
	gathering   *gathering // of creates, on a server; nil for SQLite
	dialect     dialect
	isolation   sql.IsolationLevel // of transactions; the server's default but in tests
	box         *sealed.Box        // of secrets; nil leaves them in the clear
	logger      *slog.Logger
	now         func() time.Time
}

// Open connects to the database and makes sure that it answers, before ctx ends.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	s := &Store{box: o.Box, logger: o.Logger, now: o.Now}
	var err error
	switch {
	case strings.HasPrefix(o.URL, "sqlite:"):
		err = s.openSQLite(ctx, strings.TrimPrefix(o.URL, "sqlite:"))
	case strings.HasPrefix(o.URL, "postgres://"), strings.HasPrefix(o.URL, "postgresql://"):
		err = s.openServer(ctx, o.URL, o.MaxConns)
	default:
		err = errors.New("store: URL must start with sqlite: or postgres://")
	}
	if err != nil {
		return nil, err
	}
	s.logger.Debug("database is open", "kind", s.dialect.name)
	return s, nil
}

// Ping makes sure that the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.read.PingContext(ctx); err != nil {
		return fmt.Errorf("asking the database for a sign of life: %w", err)
	}
	return nil
}

// Close gives all connections back. Calls under way end with an error.
func (s *Store) Close() error {
	if s.group != nil {
		s.group.close()
	}
	if s.gathering != nil {
		s.gathering.close()
	}
	err := s.write.Close()
	if s.read != s.write {
		err = errors.Join(err, s.read.Close())
	}
	if err != nil {
		return fmt.Errorf("closing the database: %w", err)
	}
	return nil
}
