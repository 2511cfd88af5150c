package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// versionRecord is a version that is no more, as JSON. Fields are only ever
// added: rows live as long as their links.
type versionRecord struct {
	URL          string   `json:"url"`
	Status       uint8    `json:"status"`
	Redirect     int      `json:"redirect"`
	StartsAt     int64    `json:"starts_at,omitempty"`
	ExpiresAt    int64    `json:"expires_at,omitempty"`
	ExpiredURL   string   `json:"expired_url,omitempty"`
	ForwardQuery bool     `json:"forward_query,omitempty"`
	Strict       bool     `json:"strict,omitempty"`
	Title        string   `json:"title,omitempty"`
	Note         string   `json:"note,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	Custom       bool     `json:"custom,omitempty"`
	Revision     int64    `json:"revision,omitempty"`
	CreatedBy    string   `json:"created_by"`
	UpdatedBy    string   `json:"updated_by,omitempty"`
	CreatedAt    int64    `json:"created_at"`
	Workspace    string   `json:"workspace"`
}

func recordOf(l *links.Link) versionRecord {
	return versionRecord{
		URL: l.URL, Status: uint8(l.Status), Redirect: l.Redirect, StartsAt: l.StartsAt, ExpiresAt: l.ExpiresAt,
		ExpiredURL: l.ExpiredURL, ForwardQuery: l.ForwardQuery, Strict: l.Strict, Title: l.Title, Note: l.Note,
		Tags: l.Tags, Custom: l.Custom, Revision: l.Revision, CreatedBy: l.CreatedBy, UpdatedBy: l.UpdatedBy, CreatedAt: l.CreatedAt,
		Workspace: l.Workspace,
	}
}

// keepVersion stores l, which is about to be replaced.
func (s *Store) keepVersion(ctx context.Context, tx *sql.Tx, l *links.Link) error {
	record, err := json.Marshal(recordOf(l))
	if err != nil {
		return fmt.Errorf("encoding version %d: %w", l.Version, err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO link_versions (domain, code, version, updated_at, record)
VALUES ($1, $2, $3, $4, $5)`, l.Domain, l.Code, int64(l.Version), l.UpdatedAt, string(record))
	return err
}

const versionColumns = `SELECT version, updated_at, record FROM link_versions WHERE domain = $1 AND code = $2`

// ListVersions is links.Store's. The present version is read first: one that is
// replaced in between is then missing at the top, never twice.
func (s *Store) ListVersions(ctx context.Context, key link.Key, before uint64, limit int) ([]*links.Link, error) {
	present, err := s.ReadLink(ctx, key)
	switch {
	case errors.Is(err, links.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	var all []*links.Link
	if present.Version < before {
		all, before = append(all, present), present.Version
	}
	rows, err := s.read.QueryContext(ctx, versionColumns+` AND version < $3 ORDER BY version DESC LIMIT $4`,
		key.Domain, key.Code, int64(before), int64(limit-len(all)))
	if err != nil {
		return nil, fmt.Errorf("reading versions of %s: %w", key, err)
	}
	defer rows.Close()
	for rows.Next() {
		l, err := scanVersion(rows, key)
		if err != nil {
			return nil, fmt.Errorf("reading versions of %s: %w", key, err)
		}
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading versions of %s: %w", key, err)
	}
	return all, nil
}

// VersionAt is links.Store's.
func (s *Store) VersionAt(ctx context.Context, key link.Key, at int64) (*links.Link, error) {
	present, err := s.ReadLink(ctx, key)
	if err != nil || present.UpdatedAt <= at {
		return present, err
	}
	row := s.read.QueryRowContext(ctx, versionColumns+` AND updated_at <= $3 ORDER BY version DESC LIMIT 1`, key.Domain, key.Code, at)
	l, err := scanVersion(row, key)
	if err != nil {
		return nil, fmt.Errorf("reading %s as it was: %w", key, err)
	}
	return l, nil
}

func scanVersion(row interface{ Scan(...any) error }, key link.Key) (*links.Link, error) {
	var (
		l    links.Link
		text string
		r    versionRecord
	)
	err := row.Scan(&l.Version, &l.UpdatedAt, &text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, links.ErrNotFound
	case err != nil:
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, fmt.Errorf("version %d: %w", l.Version, err)
	}
	l.Key, l.URL, l.Status, l.Redirect = key, r.URL, link.Status(r.Status), r.Redirect
	l.StartsAt, l.ExpiresAt, l.ExpiredURL = r.StartsAt, r.ExpiresAt, r.ExpiredURL
	l.ForwardQuery, l.Strict, l.Custom, l.Revision = r.ForwardQuery, r.Strict, r.Custom, r.Revision
	l.Title, l.Note, l.Tags = r.Title, r.Note, append([]string{}, r.Tags...)
	l.CreatedBy, l.UpdatedBy, l.CreatedAt = r.CreatedBy, r.UpdatedBy, r.CreatedAt
	l.Workspace = r.Workspace
	return &l, nil
}
