package receipts

import (
	"context"
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Receipt says which of the edges that were live have applied a revision.
type Receipt struct {
	Revision int64
	Edges    []Applied
}

// Applied is one edge's part of a Receipt.
type Applied struct {
	ID, Region string
	Applied    bool
	At         int64 // Unix milliseconds of the edge's clock; 0: not applied
}

// Count says how many of the live edges have applied it.
func (r Receipt) Count() (applied, live int) {
	for _, e := range r.Edges {
		if e.Applied {
			applied++
		}
	}
	return applied, len(r.Edges)
}

// Complete says whether all of them have.
func (r Receipt) Complete() bool {
	applied, live := r.Count()
	return applied == live
}

// Wait gives the receipt of a revision as soon as it is complete, or as it is
// when ctx ends, or at End. An error means that the live edges are not known.
func (b *Book) Wait(ctx context.Context, revision int64) (Receipt, error) {
	live, err := b.present.get(ctx, b.options)
	if err != nil {
		return Receipt{}, fmt.Errorf("waiting for edges: %w", err)
	}
	for {
		r, changed := b.receipt(revision, live)
		if r.Complete() {
			return r, nil
		}
		select {
		case <-changed:
		case <-b.ended:
			return r, nil
		case <-ctx.Done():
			return r, nil
		}
	}
}

func (b *Book) receipt(revision int64, live []*wire.Presence) (r Receipt, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r = Receipt{Revision: revision, Edges: make([]Applied, len(live))}
	for i, p := range live {
		r.Edges[i] = Applied{ID: p.GetId(), Region: p.GetRegion()}
		if e := b.edges[p.GetId()]; e != nil {
			r.Edges[i].At, r.Edges[i].Applied = e.reached(revision)
		}
	}
	return r, b.changed
}

// Edge is a live edge and what it last said.
type Edge struct {
	Presence *wire.Presence
	Last     *wire.Applied // nil: nothing yet
	Silent   time.Duration // since it last said anything
}

// Edges lists the live edges.
func (b *Book) Edges(ctx context.Context) ([]Edge, error) {
	live, err := b.present.get(ctx, b.options)
	if err != nil {
		return nil, fmt.Errorf("listing edges: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Edge, len(live))
	for i, p := range live {
		all[i].Presence = p
		if e := b.edges[p.GetId()]; e != nil {
			all[i].Last, all[i].Silent = e.last, b.options.Now().Sub(e.heard)
		}
	}
	return all, nil
}
