package links

import (
	"context"
	"errors"
	"slices"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Match is the versions that a caller is ready to change; nil is any. An empty
// Match that is not nil matches none.
type Match []uint64

func (m Match) allows(version uint64) bool { return m == nil || slices.Contains(m, version) }

// errUnchanged takes a change back that would write what is there already.
var errUnchanged = errors.New("nothing would change")

// Change sets fields on the link at key and answers with its new version, or with
// the link as it is if it says all that already: then nothing is written.
// ErrPrecondition if its version is not in match. With a match, to retry is safe:
// the second attempt is refused. With an alias among the fields, the link gets
// another code; the code before answers 410 from then on and stays its owner's.
// ErrTaken if that alias is not to be had.
func (l *Links) Change(ctx context.Context, by Caller, key link.Key, match Match, fields Fields) (*Made, error) {
	apply := func(current *Link) error {
		var bad Invalid
		fields.apply(current, l.Domains, l.Now().UnixMilli(), &bad)
		return bad.err()
	}
	changed, err := l.changeOrRename(ctx, by, key, match, fields.Alias, apply)
	if err != nil {
		return nil, err
	}
	return &Made{Link: changed, Warnings: l.warn(ctx, changed)}, nil
}

func (l *Links) changeOrRename(ctx context.Context, by Caller, key link.Key, match Match, alias *string, apply func(*Link) error) (*Link, error) {
	if alias == nil || *alias == key.Code {
		return l.change(ctx, by, key, match, apply)
	}
	return l.rename(ctx, by, key, match, *alias, apply)
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
	return l.write(ctx, by, key, match, "changing link", func(current *Link) error {
		if current.Status == link.Deleted {
			return ErrNotFound
		}
		return apply(current)
	})
}

// write is change for links that are deleted, too. A version that says what the one
// before says would tell edges, webhooks and the audit of nothing: there is none.
func (l *Links) write(ctx context.Context, by Caller, key link.Key, match Match, doing string, apply func(*Link) error) (*Link, error) {
	var standing Link
	changed, err := l.Store.ChangeLink(ctx, key, func(current *Link) error {
		standing = *current
		if err := by.may(current, match); err != nil {
			return err
		}
		current.UpdatedBy = by.ID
		if err := apply(current); err != nil {
			return err
		}
		if len(Diff(&standing, current)) == 0 {
			return errUnchanged
		}
		return nil
	})
	switch {
	case errors.Is(err, errUnchanged):
		// Whoever repeats a takedown may wait for it as at first; the feed puts nothing
		// that it holds.
		l.publish(ctx, "", &standing)
		return &standing, nil
	case err != nil:
		return nil, classed(doing, err)
	}
	l.publish(ctx, "", changed)
	return changed, nil
}

// rename is change with another code.
func (l *Links) rename(ctx context.Context, by Caller, key link.Key, match Match, alias string, apply func(*Link) error) (*Link, error) {
	var bad Invalid
	l.checkAlias(alias, link.MinAlias, &bad)
	if err := bad.err(); err != nil {
		return nil, err
	}
	renamed, left, err := l.Store.RenameLink(ctx, key, func(current *Link) error {
		if err := by.may(current, match); err != nil {
			return err
		}
		if current.Status == link.Deleted {
			return ErrNotFound
		}
		current.Code, current.Custom, current.UpdatedBy = alias, true, by.ID
		return apply(current)
	})
	if err != nil {
		return nil, classed("renaming link", err)
	}
	l.publish(ctx, "", left)
	l.publish(ctx, "", renamed)
	return renamed, nil
}

// may says why c may not change l, a tombstone or not.
func (c Caller) may(l *Link, match Match) error {
	switch {
	case !c.owns(l):
		return ErrNotFound
	case l.Status != link.Deleted && !match.allows(l.Version):
		return ErrPrecondition
	}
	return nil
}
