package links

import (
	"context"
	"slices"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Match is the versions that a caller is ready to change; nil is any. An empty
// Match that is not nil matches none.
type Match []uint64

func (m Match) allows(version uint64) bool { return m == nil || slices.Contains(m, version) }

// Change sets fields on the link at key and answers with its new version.
// ErrPrecondition if its version is not in match. With a match, to retry is
// safe: the second attempt is refused.
func (l *Links) Change(ctx context.Context, by Caller, key link.Key, match Match, fields Fields) (*Link, error) {
	return l.change(ctx, by, key, match, func(current *Link) error {
		var bad Invalid
		fields.apply(current, l.Domains, l.Now().UnixMilli(), &bad)
		return bad.err()
	})
}

// Delete turns the link at key into a tombstone. A second time it is not found.
func (l *Links) Delete(ctx context.Context, by Caller, key link.Key, match Match) error {
	_, err := l.change(ctx, by, key, match, func(current *Link) error {
		current.Status = link.Deleted
		return nil
	})
	return err
}

// change runs apply on the link as it is now if by may and match allows it.
func (l *Links) change(ctx context.Context, by Caller, key link.Key, match Match, apply func(*Link) error) (*Link, error) {
	changed, err := l.Store.ChangeLink(ctx, key, func(current *Link) error {
		switch {
		case current.Status == link.Deleted || !by.owns(current):
			return ErrNotFound
		case !match.allows(current.Version):
			return ErrPrecondition
		}
		return apply(current)
	})
	if err != nil {
		return nil, classed("changing link", err)
	}
	l.publish(ctx, changed)
	return changed, nil
}
