package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/outbox"
)

var _ outbox.Store = (*Store)(nil)

// announce adds the outbox row of a link that was changed.
const announce = `INSERT INTO outbox (domain, code, version, created_at, claimed_until)
VALUES ($1, $2, $3, $4, 0)`

// claimChanges looks at claimed_until twice: a second claimer that waited for
// the first one's lock sees the row again, but not the subquery. $1 is now, $2
// the age that a change must have, $3 until when to hold it. Times that no clock
// near ours could have written, later than $5 and $6, count as old, or else a
// clock that ran ahead for a while would hide its rows for as long.
const claimChanges = `UPDATE outbox SET claimed_until = $3
WHERE (claimed_until <= $1 OR claimed_until > $6) AND (domain, code, version) IN (
 SELECT domain, code, version FROM outbox
 WHERE (created_at <= $2 OR created_at > $5) AND (claimed_until <= $1 OR claimed_until > $6)
 ORDER BY created_at LIMIT $4)
RETURNING domain, code, version`

// ClaimChanges is outbox.Store's.
func (s *Store) ClaimChanges(ctx context.Context, olderThan, claimFor time.Duration, limit int) ([]outbox.Change, error) {
	now := s.now()
	var claimed []outbox.Change
	err := retry(ctx, func(ctx context.Context) (err error) {
		claimed, err = s.claim(ctx, now.UnixMilli(), now.Add(-olderThan).UnixMilli(), now.Add(claimFor).UnixMilli(),
			int64(limit), now.Add(olderThan).UnixMilli(), now.Add(2*claimFor).UnixMilli())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claiming changes: %w", err)
	}
	return claimed, nil
}

func (s *Store) claim(ctx context.Context, args ...any) ([]outbox.Change, error) {
	rows, err := s.write.QueryContext(ctx, claimChanges, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var claimed []outbox.Change
	for rows.Next() {
		var c outbox.Change
		if err := rows.Scan(&c.Key.Domain, &c.Key.Code, &c.Version); err != nil {
			return nil, err
		}
		claimed = append(claimed, c)
	}
	return claimed, rows.Err()
}

// MarkPublished is outbox.Store's.
func (s *Store) MarkPublished(ctx context.Context, published []outbox.Published) error {
	published = newestOfEach(published)
	alone := slices.DeleteFunc(slices.Clone(published), func(p outbox.Published) bool { return p.InBlock })
	err := s.inTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.dialect.each(columnsOf(published), func(source string, a args) error { return noteRevisions(ctx, tx, source, a) }); err != nil {
			return err
		}
		return s.dialect.each(columnsOf(alone), func(source string, a args) error { return forgetChanges(ctx, tx, source, a) })
	})
	if err != nil {
		return fmt.Errorf("marking changes as published: %w", err)
	}
	return nil
}

func columnsOf(published []outbox.Published) columns {
	n := len(published)
	domains, codes, versions, revisions := make([]string, n), make([]string, n), make([]int64, n), make([]int64, n)
	for i, p := range published {
		domains[i], codes[i], versions[i], revisions[i] = p.Key.Domain, p.Key.Code, int64(p.Version), p.Revision
	}
	return columns{domains, codes, versions, revisions}
}

// newestOfEach keeps the highest version of each link, because a statement writes a
// row once, and puts the links in order, lest two markers wait for each other.
func newestOfEach(published []outbox.Published) []outbox.Published {
	published = slices.Clone(published)
	slices.SortFunc(published, func(a, b outbox.Published) int {
		return cmp.Or(strings.Compare(a.Key.Domain, b.Key.Domain), strings.Compare(a.Key.Code, b.Key.Code), cmp.Compare(b.Version, a.Version))
	})
	return slices.CompactFunc(published, func(a, b outbox.Published) bool { return a.Key == b.Key })
}

func noteRevisions(ctx context.Context, tx *sql.Tx, source string, a args) error {
	_, err := tx.ExecContext(ctx, `WITH p (domain, code, version, revision) AS (`+source+`) INSERT INTO link_revisions (domain, code, version, revision)
SELECT domain, code, version, revision FROM p WHERE TRUE
ON CONFLICT (domain, code) DO UPDATE SET version = excluded.version, revision = excluded.revision
WHERE link_revisions.version <= excluded.version`, a...)
	return err
}

// forgetChanges reaches the outbox's rows through a join and then by their whole
// key, so that it stays quick when many rows wait there.
func forgetChanges(ctx context.Context, tx *sql.Tx, source string, a args) error {
	_, err := tx.ExecContext(ctx, `WITH p (domain, code, version, revision) AS (`+source+`) DELETE FROM outbox WHERE (domain, code, version) IN (
 SELECT o.domain, o.code, o.version FROM p
 JOIN outbox o ON o.domain = p.domain AND o.code = p.code AND o.version <= p.version)`, a...)
	return err
}

// PendingChanges is outbox.Store's.
func (s *Store) PendingChanges(ctx context.Context) (n int, err error) {
	row := s.read.QueryRowContext(ctx, `SELECT COUNT(*) + (SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM outbox_blocks)
FROM (SELECT version FROM outbox LIMIT 100000) AS pending`)
	if err := row.Scan(&n); err != nil {
		return 0, fmt.Errorf("counting pending changes: %w", err)
	}
	return n, nil
}
