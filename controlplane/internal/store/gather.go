package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

const (
	// gatherers is how many statements may be under way at once.
	gatherers = 8
	// gatherLimit bounds the links of one.
	gatherLimit = 64
	// gatherWithin bounds one; callers' own deadlines are no longer.
	gatherWithin = 2 * time.Second
)

// gathering lets creates that come at the same time share a statement, and so its
// round trip and its commit. Nobody waits for others to come: what goes together is
// what came while the statements before were under way. Each caller hears of its
// result after the commit.
type gathering struct {
	// insert writes creations of distinct keys and says which keys were free.
	insert func(ctx context.Context, all []creation) (written map[link.Key]bool, err error)
	// enough is how many wait before another statement is begun beside those that
	// are under way.
	enough int

	mu      sync.Mutex
	queue   []*wish // mu
	working int     // mu; how many goroutines work the queue off
	closed  bool    // mu
	workers sync.WaitGroup
}

// wish is one caller's create.
type wish struct {
	creation
	ctx    context.Context
	result chan error // holds one
}

// create waits for c to be committed until ctx ends, which leaves open whether it
// will be. links.ErrTaken if its key is.
func (g *gathering) create(ctx context.Context, c creation) error {
	w := &wish{creation: c, ctx: ctx, result: make(chan error, 1)}
	if !g.enqueue(w) {
		return sql.ErrConnDone
	}
	select {
	case err := <-w.result:
		return err
	case <-ctx.Done():
		return fmt.Errorf("waiting for the commit: %w", ctx.Err())
	}
}

func (g *gathering) enqueue(w *wish) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.queue = append(g.queue, w)
	if g.working == 0 || g.working < gatherers && len(g.queue) >= g.enough {
		g.working++
		g.workers.Go(g.work)
	}
	return true
}

// work runs while there is something in the queue.
func (g *gathering) work() {
	for wishes := g.next(); len(wishes) > 0; wishes = g.next() {
		g.grant(wishes)
	}
}

func (g *gathering) next() []*wish {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.queue), gatherLimit)
	wishes := g.queue[:n:n]
	if g.queue = g.queue[n:]; n == 0 {
		g.queue = nil
		g.working--
	}
	return wishes
}

// grant inserts for those who still wait. If the server refuses what one of them
// wants, each gets a statement of its own.
func (g *gathering) grant(wishes []*wish) {
	ctx, cancel := context.WithTimeout(context.Background(), gatherWithin)
	defer cancel()
	var all []creation
	byKey := make(map[link.Key]*wish, len(wishes))
	for _, w := range wishes {
		switch {
		case w.ctx.Err() != nil:
			w.result <- w.ctx.Err()
		case byKey[w.link.Key] != nil:
			w.result <- links.ErrTaken
		default:
			byKey[w.link.Key] = w
			all = append(all, w.creation)
		}
	}
	written, err := g.insert(ctx, all)
	if len(all) > 1 && refused(err) {
		for _, w := range byKey {
			g.grant([]*wish{w})
		}
		return
	}
	for key, w := range byKey {
		if err == nil && !written[key] {
			w.result <- links.ErrTaken
		} else {
			w.result <- err
		}
	}
}

// refused says whether a row is to blame: its values, or a constraint.
func refused(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && (strings.HasPrefix(pgErr.Code, "22") || strings.HasPrefix(pgErr.Code, "23"))
}

// close refuses new creates and waits for those that are under way.
func (g *gathering) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.workers.Wait()
}

// insertTogether is a gathering's insert.
func (s *Store) insertTogether(ctx context.Context, all []creation) (written map[link.Key]bool, err error) {
	err = retry(ctx, func(ctx context.Context) error {
		written, err = s.insertAtOnce(ctx, s.write, all, nil)
		return err
	})
	return written, err
}
