package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// linkValues gives l in the order of linkColumns.
func linkValues(l *links.Link) []any {
	return []any{
		l.Domain, l.Code, int64(l.Version), l.URL, int64(l.Status), int64(l.Redirect), l.StartsAt, l.ExpiresAt,
		l.ExpiredURL, l.ForwardQuery, l.Strict, l.Title, l.Note, encodeTags(l.Tags), l.Custom, l.Revision,
		l.CreatedBy, l.CreatedAt, l.UpdatedAt, l.Workspace,
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
		&l.CreatedBy, &l.CreatedAt, &l.UpdatedAt, &l.Workspace)
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

// encodeTags gives a JSON array in which a tag can be found by encodeTag.
func encodeTags(tags []string) string {
	encoded := make([]string, len(tags))
	for i, tag := range tags {
		encoded[i] = encodeTag(tag)
	}
	return "[" + strings.Join(encoded, ",") + "]"
}

// encodeTag gives tag as a JSON string that stands in an array of such only
// where the whole tag does: a quote in a tag is escaped, and so is a comma, lest
// the tag "," be found between any two others.
func encodeTag(tag string) string {
	text, _ := json.Marshal(tag) // a string cannot fail
	return strings.ReplaceAll(string(text), ",", `\u002c`)
}
