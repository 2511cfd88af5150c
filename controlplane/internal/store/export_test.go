package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
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

// Gathering is a gathering that writes to insert.
type Gathering struct{ g *gathering }

// NewGathering makes one that begins a second statement when three wait.
func NewGathering(insert func(ctx context.Context, all []*links.Link) (written map[link.Key]bool, err error)) Gathering {
	return Gathering{&gathering{enough: 3, insert: func(ctx context.Context, all []creation) (map[link.Key]bool, error) {
		var fresh []*links.Link
		for _, c := range all {
			fresh = append(fresh, c.link)
		}
		return insert(ctx, fresh)
	}}}
}

// Create is create.
func (g Gathering) Create(ctx context.Context, l *links.Link) error {
	return g.g.create(ctx, creation{link: l})
}

// Queued is how many wait.
func (g Gathering) Queued() int {
	g.g.mu.Lock()
	defer g.g.mu.Unlock()
	return len(g.g.queue)
}

// Close is close.
func (g Gathering) Close() { g.g.close() }

// ErrValue is what a server says of a value that it does not take.
var ErrValue = errors.Join(&pgconn.PgError{Code: "22021"})

// TakeCockroachSteps takes CockroachDB's own migrations, and before them one that
// every server takes.
func TakeCockroachSteps(ctx context.Context, s *Store) (steps int, err error) {
	all := append([]step{{"everywhere", `CREATE TABLE steps (n INT)`}}, cockroachSteps()...)
	return len(all), s.take(ctx, all)
}
