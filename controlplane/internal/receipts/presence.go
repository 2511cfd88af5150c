package receipts

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// presentFor is how long a list of live edges is believed. An edge that comes
// meanwhile starts with what is committed.
const presentFor = 250 * time.Millisecond

// presences remembers who is live, so that a thousand waits are not a thousand
// questions to etcd.
type presences struct {
	turn  chan struct{}    // holds one while somebody asks: waiting for it ends with a context
	all   []*wire.Presence // of whoever has the turn
	asked time.Time        // likewise; zero: never
}

// get gives the live edges by id.
func (p *presences) get(ctx context.Context, o Options) ([]*wire.Presence, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if now := o.Now(); !p.asked.IsZero() && now.Sub(p.asked).Abs() < presentFor {
		return p.all, nil
	}
	asked := o.Now()
	all, err := o.Feed.Edges(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b *wire.Presence) int { return cmp.Compare(a.GetId(), b.GetId()) })
	p.all, p.asked = all, asked
	return all, nil
}
