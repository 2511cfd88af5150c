package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// linkValues gives l in the order of linkColumns.
func linkValues(l *links.Link) []any {
	return []any{
		l.Domain, l.Code, int64(l.Version), l.URL, int64(l.Status), int64(l.Redirect), l.StartsAt, l.ExpiresAt,
		l.ExpiredURL, l.ForwardQuery, l.Strict, l.Title, l.Note, encodeTags(l.Tags), l.Custom, l.Revision,
		l.CreatedBy, l.CreatedAt, l.UpdatedAt, l.UpdatedBy, l.Workspace,
	}
}

// scanLink is the inverse of linkValues; links.ErrNotFound if there is no row.
func scanLink(row interface{ Scan(...any) error }) (*links.Link, error) {
	var (
		l      links.Link
		status int64
		tags   string
	)
	err := row.Scan(
		&l.Domain, &l.Code, &l.Version, &l.URL, &status, &l.Redirect, &l.StartsAt, &l.ExpiresAt,
		&l.ExpiredURL, &l.ForwardQuery, &l.Strict, &l.Title, &l.Note, &tags, &l.Custom, &l.Revision,
		&l.CreatedBy, &l.CreatedAt, &l.UpdatedAt, &l.UpdatedBy, &l.Workspace)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, links.ErrNotFound
	case err != nil:
		return nil, err
	}
	l.Status = link.Status(status)
	l.Tags = []string{}
	if err := json.Unmarshal([]byte(tags), &l.Tags); err != nil {
		return nil, fmt.Errorf("tags of %s: %w", l.Key, err)
	}
	return &l, nil
}

// encodeTags gives a JSON array.
func encodeTags(tags []string) string {
	if len(tags) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(tags) // texts cannot fail
	return string(text)
}

// eachLink closes rows.
func eachLink(rows *sql.Rows, use func(*links.Link)) error {
	defer rows.Close()
	for rows.Next() {
		l, err := scanLink(rows)
		if err != nil {
			return err
		}
		use(l)
	}
	return rows.Err()
}
