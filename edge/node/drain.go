package node

import (
	"context"
	"errors"
	"time"
)

var errDraining = errors.New("this edge is stopping")

// drain says that this edge should get no more visitors, and serves those that
// come all the same until whoever sends them has noticed. Clients that keep a
// connection are asked to open another one elsewhere.
func (n *Node) drain(ctx context.Context) {
	if len(n.teardown) == 0 || n.options.Public.Drain == 0 {
		return
	}
	n.draining.Store(true)
	n.redirect.Drain()
	select {
	case <-time.After(n.options.Public.Drain):
	case <-ctx.Done():
	}
}

// part bounds ctx to limit, and to half of what it leaves: who comes later in
// the teardown needs time too.
func part(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)/2)
	}
	return context.WithTimeout(ctx, limit)
}
