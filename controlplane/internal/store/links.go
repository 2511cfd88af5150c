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
 forward_query, strict, title, note, tags, custom, revision, created_by, created_at, updated_at, workspace`

// createLink writes a new key, or takes a deleted one over for its old owner,
// as one statement: of any number of writers exactly one gets a row back.
const createLink = `INSERT INTO links (` + linkColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
ON CONFLICT (domain, code) DO UPDATE SET version = links.version + 1, url = excluded.url,
 status = excluded.status, redirect = excluded.redirect, starts_at = excluded.starts_at,
 expires_at = excluded.expires_at, expired_url = excluded.expired_url,
 forward_query = excluded.forward_query, strict = excluded.strict, title = excluded.title,
 note = excluded.note, tags = excluded.tags, custom = excluded.custom, revision = excluded.revision,
 created_by = excluded.created_by, created_at = excluded.created_at, updated_at = excluded.updated_at
WHERE links.status = 4 AND links.workspace = excluded.workspace
RETURNING domain, code, version, updated_at`

const changeLink = `UPDATE links SET version = $3, url = $4, status = $5, redirect = $6, starts_at = $7,
 expires_at = $8, expired_url = $9, forward_query = $10, strict = $11, title = $12, note = $13,
 tags = $14, custom = $15, revision = $16, created_by = $17, created_at = $18, updated_at = $19, workspace = $20
WHERE domain = $1 AND code = $2
RETURNING domain, code, version, updated_at`

const readLink = `SELECT ` + linkColumns + ` FROM links WHERE domain = $1 AND code = $2`

// CreateLink is links.Store's.
func (s *Store) CreateLink(ctx context.Context, l *links.Link) error {
	fresh := *l
	fresh.Version, fresh.Revision = 1, 0
	version, err := s.createLink(ctx, &fresh)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("creating link %s: %w", l.Key, links.ErrTaken)
	case err != nil:
		return fmt.Errorf("creating link %s: %w", l.Key, err)
	}
	l.Version, l.Revision = version, 0
	return nil
}

func (s *Store) createLink(ctx context.Context, l *links.Link) (version uint64, err error) {
	if s.dialect.writingCTE && idempotency.From(ctx) == nil { // one statement is a transaction by itself
		err = retry(ctx, func(ctx context.Context) error {
			version, err = s.writeLink(ctx, s.write, createLink, l)
			return err
		})
		return version, err
	}
	err = s.inChange(ctx, "link "+l.Key.String(), func(ctx context.Context, tx *sql.Tx) error {
		version, err = s.writeLink(ctx, tx, createLink, l)
		return err
	})
	return version, err
}

// ReadLink is links.Store's.
func (s *Store) ReadLink(ctx context.Context, key link.Key) (*links.Link, error) {
	l, err := scanLink(s.read.QueryRowContext(ctx, readLink, key.Domain, key.Code))
	if err != nil {
		return nil, fmt.Errorf("reading link %s: %w", key, err)
	}
	return l, nil
}

// ChangeLink is links.Store's. The row stays locked from the read to the commit,
// so concurrent changes of a link queue up and none is lost.
func (s *Store) ChangeLink(ctx context.Context, key link.Key, change func(*links.Link) error) (*links.Link, error) {
	var changed *links.Link
	err := s.inChange(ctx, "link "+key.String(), func(ctx context.Context, tx *sql.Tx) error {
		l, err := scanLink(tx.QueryRowContext(ctx, readLink+s.dialect.forUpdate, key.Domain, key.Code))
		if err != nil {
			return err
		}
		version := l.Version
		if err := change(l); err != nil {
			return err
		}
		if l.Key != key {
			return errors.New("a change may not rename a link")
		}
		l.Version, l.Revision, l.UpdatedAt = version+1, 0, s.now().UnixMilli()
		if _, err := s.writeLink(ctx, tx, changeLink, l); err != nil {
			return err
		}
		changed = l
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("changing link %s: %w", key, err)
	}
	return changed, nil
}

// writer is a transaction, or a pool where one statement is one.
type writer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// writeLink runs one of the two statements above on l, together with the insert
// of the outbox row, and gives the version that was written. sql.ErrNoRows if
// the statement wrote nothing.
func (s *Store) writeLink(ctx context.Context, w writer, statement string, l *links.Link) (version uint64, err error) {
	if s.dialect.writingCTE {
		row := w.QueryRowContext(ctx, "WITH written AS ("+statement+") "+announceWritten, linkValues(l)...)
		return version, row.Scan(&version)
	}
	var domain, code string
	var at int64
	row := w.QueryRowContext(ctx, statement, linkValues(l)...)
	if err := row.Scan(&domain, &code, &version, &at); err != nil {
		return 0, err
	}
	_, err = w.ExecContext(ctx, announce, domain, code, version, at)
	return version, err
}
