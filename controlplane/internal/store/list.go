package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// ListLinks is links.Store's. It continues by value and not by offset, so links
// that are added meanwhile shift nothing.
func (s *Store) ListLinks(ctx context.Context, q links.Query) ([]*links.Link, error) {
	if q.Limit <= 0 {
		return nil, errors.New("listing links: Limit is not above 0")
	}
	query, args := s.listQuery(q)
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("listing links: %w", err)
	}
	defer rows.Close()
	found := []*links.Link{}
	for rows.Next() {
		l, err := scanLink(rows)
		if err != nil {
			return nil, fmt.Errorf("listing links: %w", err)
		}
		found = append(found, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("listing links: %w", err)
	}
	return found, nil
}

func (s *Store) listQuery(q links.Query) (string, args) {
	var a args
	where := s.listConditions(q, &a)
	direction, behind := "DESC", "<"
	if q.Order == links.OldestFirst {
		direction, behind = "ASC", ">"
	}
	if q.After != (links.Cursor{}) {
		where = append(where, fmt.Sprintf("(created_at, domain, code) %s (%s, %s, %s)",
			behind, a.add(q.After.CreatedAt), a.add(q.After.Key.Domain), a.add(q.After.Key.Code)))
	}
	return fmt.Sprintf("SELECT %s FROM links WHERE %s ORDER BY created_at %[3]s, domain %[3]s, code %[3]s LIMIT %[4]s",
		linkColumns, strings.Join(where, " AND "), direction, a.add(int64(q.Limit))), a
}

func (s *Store) listConditions(q links.Query, a *args) []string {
	var where []string
	if q.Status == 0 {
		where = append(where, "status <> "+a.add(int64(link.Deleted)))
	} else {
		where = append(where, "status = "+a.add(int64(q.Status)))
	}
	if q.Domain != "" {
		where = append(where, "domain = "+a.add(q.Domain))
	}
	if q.Workspace != "" {
		where = append(where, "workspace = "+a.add(q.Workspace))
	}
	if q.CreatedBy != "" {
		where = append(where, "created_by = "+a.add(q.CreatedBy))
	}
	if q.Tag != "" {
		where = append(where, fmt.Sprintf("%s(tags, %s) > 0", s.dialect.position, a.add(encodeTag(q.Tag))))
	}
	if q.Text != "" {
		// Not LIKE: a position knows no % and no _. Both sides are lowered by the
		// database, since not all of them lower what Go does.
		text := "LOWER(CAST(" + a.add(q.Text) + " AS TEXT))"
		where = append(where, fmt.Sprintf("(%[1]s(LOWER(code), %[2]s) > 0 OR %[1]s(LOWER(url), %[2]s) > 0 OR %[1]s(LOWER(title), %[2]s) > 0)",
			s.dialect.position, text))
	}
	return where
}
