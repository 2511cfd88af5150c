package store

import (
	"errors"
	"log/slog"
	"runtime"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/sealed"
)

// Options of a Store.
type Options struct {
	// URL says which database: sqlite:PATH, or postgres://user@host:port/name for
	// PostgreSQL 15 and later and for CockroachDB 22.1 and later. SQLite's file is
	// made if it is not there; its folder must be.
	URL string
	// MaxConns bounds the connections to a server. 0 means four for each CPU, and
	// at least sixteen. SQLite uses one for writing and as many as there are CPUs,
	// at least four, for reading, whatever stands here.
	MaxConns int
	// Box seals the secrets that must be stored as they are; nil leaves them in the
	// clear.
	Box *sealed.Box
	// Logger is told what was opened and migrated. Statements are not logged.
	Logger *slog.Logger
	// Now is the clock of leases, claims and changes; nil means time.Now.
	Now func() time.Time
}

func (o *Options) complete() error {
	switch {
	case o.URL == "":
		return errors.New("store: URL is missing")
	case o.MaxConns < 0:
		return errors.New("store: MaxConns is negative")
	case o.Logger == nil:
		return errors.New("store: Logger is missing")
	}
	if o.MaxConns == 0 {
		o.MaxConns = max(16, 4*runtime.GOMAXPROCS(0))
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}
