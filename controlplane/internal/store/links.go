package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

var _ links.Store = (*Store)(nil)

const linkColumns = `domain, code, version, url, status, redirect, starts_at, expires_at, expired_url,
 forward_query, strict, title, note, tags, custom, revision, created_by, created_at, updated_at, updated_by, workspace`

const changeLink = `UPDATE links SET version = $3, url = $4, status = $5, redirect = $6, starts_at = $7,
 expires_at = $8, expired_url = $9, forward_query = $10, strict = $11, title = $12, note = $13,
 tags = $14, custom = $15, revision = $16, created_by = $17, created_at = $18, updated_at = $19, updated_by = $20, workspace = $21
WHERE domain = $1 AND code = $2`

// selectLinks reads linkColumns, with the revision from where it is kept now, or from
// where the build before keeps it.
const selectLinks = `SELECT domain, code, version, url, status, redirect, starts_at, expires_at, expired_url,
 forward_query, strict, title, note, tags, custom, COALESCE((SELECT r.revision FROM link_revisions AS r
  WHERE r.domain = links.domain AND r.code = links.code AND r.version = links.version), links.revision),
 created_by, created_at, updated_at, updated_by, workspace `

const readLink = selectLinks + `FROM links WHERE domain = $1 AND code = $2`

// CreateLink is links.Store's.
func (s *Store) CreateLink(ctx context.Context, l *links.Link) error {
	fresh := *l
	fresh.Version, fresh.Revision = 1, 0
	err := s.createLink(ctx, &fresh)
	if errors.Is(err, links.ErrTaken) {
		err = s.inChange(ctx, "link "+l.Key.String(), func(ctx context.Context, tx *sql.Tx) error { return s.revive(ctx, tx, &fresh) })
	}
	if err != nil {
		return fmt.Errorf("creating link %s: %w", l.Key, err)
	}
	l.Version, l.Revision, l.UpdatedAt = fresh.Version, 0, fresh.UpdatedAt
	return nil
}

// createLink inserts l with all that follows from it; links.ErrTaken if its key
// exists. A generated code, which nobody else can want, goes with others.
func (s *Store) createLink(ctx context.Context, l *links.Link) error {
	if s.gathering != nil && !l.Custom && idempotency.From(ctx) == nil {
		c, err := s.newCreation(ctx, l)
		if err != nil {
			return err
		}
		return s.gathering.create(ctx, c)
	}
	return s.inChange(ctx, "link "+l.Key.String(), func(ctx context.Context, tx *sql.Tx) error { return s.insertLink(ctx, tx, l) })
}

// insertLink is createLink inside a transaction.
func (s *Store) insertLink(ctx context.Context, tx *sql.Tx, l *links.Link) error {
	c, err := s.newCreation(ctx, l)
	if err != nil {
		return err
	}
	written, err := s.insertLinks(ctx, tx, []creation{c}, nil)
	if err == nil && !written[l.Key] {
		err = links.ErrTaken
	}
	return err
}

// revive gives a tombstone's key to l if both have one owner, and is ErrTaken for
// every other holder. The version rises over the tombstone's.
func (s *Store) revive(ctx context.Context, tx *sql.Tx, l *links.Link) error {
	held, err := s.lockLink(ctx, tx, l.Key)
	switch {
	case err != nil:
		return err
	case held.Status != link.Deleted || held.Workspace != l.Workspace:
		return links.ErrTaken
	}
	l.Version = max(l.Version, held.Version+1)
	l.UpdatedAt = max(l.UpdatedAt, held.UpdatedAt)
	return s.replaceLink(ctx, tx, held, l)
}

// ReadLink is links.Store's.
func (s *Store) ReadLink(ctx context.Context, key link.Key) (*links.Link, error) {
	l, err := scanLink(s.read.QueryRowContext(ctx, readLink, key.Domain, key.Code))
	if err != nil {
		return nil, fmt.Errorf("reading link %s: %w", key, err)
	}
	return l, nil
}

// ReadLinks is outbox.Store's.
func (s *Store) ReadLinks(ctx context.Context, keys []link.Key) ([]*links.Link, error) {
	found, err := s.readLinks(ctx, s.read, keys)
	if err != nil {
		return nil, fmt.Errorf("reading %d links: %w", len(keys), err)
	}
	return found, nil
}

func (s *Store) readLinks(ctx context.Context, from querier, keys []link.Key) (found []*links.Link, err error) {
	domains, codes := make([]string, len(keys)), make([]string, len(keys))
	for i, key := range keys {
		domains[i], codes[i] = key.Domain, key.Code
	}
	err = s.dialect.each(columns{domains, codes}, func(source string, a args) error {
		rows, err := from.QueryContext(ctx, `WITH k (d, c) AS (`+source+`)
`+selectLinks+`FROM k JOIN links ON domain = d AND code = c`, a...)
		if err != nil {
			return err
		}
		return eachLink(rows, func(l *links.Link) { found = append(found, l) })
	})
	return found, err
}

// lockLink reads a link and keeps others from changing it until tx ends.
func (s *Store) lockLink(ctx context.Context, tx *sql.Tx, key link.Key) (*links.Link, error) {
	return scanLink(tx.QueryRowContext(ctx, readLink+s.dialect.forUpdate, key.Domain, key.Code))
}
