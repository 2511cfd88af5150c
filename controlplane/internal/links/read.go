package links

import (
	"context"

	"github.com/fingerpost/fingerpost/sync/link"
)

// MaxList is the most links that one listing answers with.
const MaxList = 1000

// Read answers with the link at key, read strongly; ErrNotFound also for a
// deleted one and for another tenant's.
func (l *Links) Read(ctx context.Context, by Caller, key link.Key) (*Link, error) {
	found, err := l.Store.ReadLink(ctx, key)
	if err != nil {
		return nil, classed("reading link", err)
	}
	if found.Status == link.Deleted || !by.owns(found) {
		return nil, ErrNotFound
	}
	return found, nil
}

// List answers with up to q.Limit links of those that by may see, and with the
// place to continue from, which is the zero Cursor at the end. A page may be
// short although more follows.
func (l *Links) List(ctx context.Context, by Caller, q Query) ([]*Link, Cursor, error) {
	if q.Limit < 1 || q.Limit > MaxList {
		return nil, Cursor{}, Refuse("limit", Bad, "must be 1 to 1000")
	}
	if !by.Admin {
		if by.Workspace == "" {
			return nil, Cursor{}, nil
		}
		q.Workspace = by.Workspace
	}
	found, next, err := l.Store.ListLinks(ctx, q)
	if err != nil {
		return nil, Cursor{}, classed("listing links", err)
	}
	return found, next, nil
}
