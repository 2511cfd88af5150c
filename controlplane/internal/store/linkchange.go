package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// ChangeLink is links.Store's. The row stays locked from the read to the commit,
// so concurrent changes of a link queue up and none is lost.
func (s *Store) ChangeLink(ctx context.Context, key link.Key, change func(*links.Link) error) (*links.Link, error) {
	var changed *links.Link
	err := s.inChange(ctx, "link "+key.String(), func(ctx context.Context, tx *sql.Tx) error {
		before, l, err := s.lockAndApply(ctx, tx, key, change)
		if err != nil {
			return err
		}
		if l.Key != key {
			return errors.New("a change may not rename a link")
		}
		changed = l
		return s.replaceLink(ctx, tx, before, l)
	})
	if err != nil {
		return nil, fmt.Errorf("changing link %s: %w", key, err)
	}
	return changed, nil
}

// RenameLink is links.Store's.
func (s *Store) RenameLink(ctx context.Context, key link.Key, change func(*links.Link) error) (renamed, left *links.Link, err error) {
	err = s.inChange(ctx, "link "+key.String(), func(ctx context.Context, tx *sql.Tx) error {
		before, l, err := s.lockAndApply(ctx, tx, key, change)
		if err != nil {
			return err
		}
		tombstone := *before
		tombstone.Status, tombstone.UpdatedBy = link.Deleted, l.UpdatedBy
		tombstone.Version, tombstone.Revision, tombstone.UpdatedAt = l.Version, 0, l.UpdatedAt
		renamed, left = l, &tombstone
		if err := s.replaceLink(ctx, tx, before, left); err != nil {
			return err
		}
		err = s.insertLink(ctx, tx, l)
		if errors.Is(err, links.ErrTaken) {
			err = s.revive(ctx, tx, l)
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("renaming link %s: %w", key, err)
	}
	return renamed, left, nil
}

// lockAndApply gives the link at key as it is and as change makes it, with the
// next version.
func (s *Store) lockAndApply(ctx context.Context, tx *sql.Tx, key link.Key, change func(*links.Link) error) (before, after *links.Link, err error) {
	before, err = s.lockLink(ctx, tx, key)
	if err != nil {
		return nil, nil, err
	}
	l := *before
	l.Tags = slices.Clone(before.Tags)
	if err := change(&l); err != nil {
		return nil, nil, err
	}
	l.Version, l.Revision = before.Version+1, 0
	l.UpdatedAt = max(s.now().UnixMilli(), before.UpdatedAt)
	return before, &l, nil
}

// replaceLink writes l over before, which the transaction holds locked, and all
// that follows from it.
func (s *Store) replaceLink(ctx context.Context, tx *sql.Tx, before, l *links.Link) error {
	if err := s.keepVersion(ctx, tx, before); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, changeLink, linkValues(l)...); err != nil {
		return err
	}
	if err := s.changeTerms(ctx, tx, termsOf(before), termsOf(l)); err != nil {
		return err
	}
	if err := s.audit(ctx, tx, linkChange(before, l)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, announce, l.Domain, l.Code, int64(l.Version), l.UpdatedAt)
	return err
}
