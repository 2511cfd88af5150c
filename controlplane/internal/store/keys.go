package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
)

var _ access.Store = (*Store)(nil)

const (
	keyColumns = `id, hash, name, user_id, scopes, unlimited, created_at, expires_at, revoked_at, workspace, rate_limit, last_used_at`
	insertKey  = `INSERT INTO api_keys (` + keyColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`
	// selectKeys joins the user, whose role bounds the key.
	selectKeys = `SELECT k.id, k.hash, k.name, k.user_id, k.scopes, k.unlimited, k.created_at, k.expires_at, k.revoked_at,
 k.workspace, k.rate_limit, k.last_used_at, COALESCE(u.role, ''), COALESCE(u.disabled_at, 0)
FROM api_keys k LEFT JOIN users u ON u.id = k.user_id WHERE `
)

func keyValues(k *access.Key) []any {
	return []any{
		k.ID, k.Hash[:], k.Name, k.UserID, joinScopes(k.Scopes), k.Unlimited, k.CreatedAt, k.ExpiresAt, k.RevokedAt,
		k.Workspace, int64(k.RateLimit), k.LastUsedAt,
	}
}

// InsertKey is access.Store's.
func (s *Store) InsertKey(ctx context.Context, k access.Key) error {
	err := s.inChange(ctx, "key "+k.ID, func(ctx context.Context, tx *sql.Tx) error {
		if err := addKey(ctx, tx, &k); err != nil {
			return err
		}
		return s.audit(ctx, tx, keyChange("key.create", nil, &k))
	})
	if err != nil {
		return fmt.Errorf("inserting key %s: %w", k.ID, err)
	}
	return nil
}

func addKey(ctx context.Context, tx *sql.Tx, k *access.Key) error {
	result, err := tx.ExecContext(ctx, insertKey, keyValues(k)...)
	return wrote(result, err, access.ErrExists)
}

// wrote is otherwise if a statement wrote no row.
func wrote(result sql.Result, err, otherwise error) error {
	if err != nil {
		return err
	}
	rows, err := result.RowsAffected()
	if err == nil && rows == 0 {
		return otherwise
	}
	return err
}

// KeyByHash is access.Store's.
func (s *Store) KeyByHash(ctx context.Context, hash [32]byte) (access.Key, error) {
	k, err := scanKey(s.read.QueryRowContext(ctx, selectKeys+`k.hash = $1`, hash[:]))
	if err != nil {
		return access.Key{}, fmt.Errorf("reading key: %w", err)
	}
	return k, nil
}

// ReadKey is access.Store's.
func (s *Store) ReadKey(ctx context.Context, id string) (access.Key, error) {
	k, err := scanKey(s.read.QueryRowContext(ctx, selectKeys+`k.id = $1`, id))
	if err != nil {
		return access.Key{}, fmt.Errorf("reading key %s: %w", id, err)
	}
	return k, nil
}

// AdminKeyExists is access.Store's.
func (s *Store) AdminKeyExists(ctx context.Context) (bool, error) {
	keys, err := s.keys(ctx, selectKeys+`k.revoked_at = 0 AND k.scopes LIKE '%admin%'`)
	return slices.ContainsFunc(keys, func(k access.Key) bool { return slices.Contains(k.Scopes, access.Admin) }), err
}

// ListKeys is access.Store's.
func (s *Store) ListKeys(ctx context.Context, q access.Query, limit int) ([]access.Key, error) {
	return s.keys(ctx, selectKeys+`($1 = '' OR k.workspace = $1) AND ($2 = '' OR k.user_id = $2)
 AND (k.created_at, k.id) > ($3, $4) ORDER BY k.created_at, k.id LIMIT $5`,
		q.Workspace, q.UserID, q.After.CreatedAt, q.After.ID, int64(limit))
}

func (s *Store) keys(ctx context.Context, query string, a ...any) ([]access.Key, error) {
	rows, err := s.read.QueryContext(ctx, query, a...)
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	keys, err := all(rows, scanKey)
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	return keys, nil
}

// scanner is a row.
type scanner interface{ Scan(...any) error }

// all reads rows to their end.
func all[T any](rows *sql.Rows, scan func(scanner) (T, error)) (found []T, err error) {
	defer rows.Close()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, rows.Err()
}

// RevokeKey is access.Store's.
func (s *Store) RevokeKey(ctx context.Context, id string, at int64) error {
	err := s.inChange(ctx, "key "+id, func(ctx context.Context, tx *sql.Tx) error {
		before, err := s.lockKey(ctx, tx, id)
		if err != nil || before.RevokedAt != 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE api_keys SET revoked_at = $2 WHERE id = $1`, id, at); err != nil {
			return err
		}
		after := before
		after.RevokedAt = at
		return s.audit(ctx, tx, keyChange("key.revoke", &before, &after))
	})
	if err != nil {
		return fmt.Errorf("revoking key %s: %w", id, err)
	}
	return nil
}

// ReplaceKey is access.Store's.
func (s *Store) ReplaceKey(ctx context.Context, id string, expires int64, fresh access.Key) error {
	err := s.inChange(ctx, "key "+fresh.ID, func(ctx context.Context, tx *sql.Tx) error {
		before, err := s.lockKey(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.RevokedAt != 0 {
			return access.ErrNotFound
		}
		after := before
		if after.ExpiresAt == 0 || after.ExpiresAt > expires {
			after.ExpiresAt = expires
		}
		if _, err := tx.ExecContext(ctx, `UPDATE api_keys SET expires_at = $2 WHERE id = $1`, id, after.ExpiresAt); err != nil {
			return err
		}
		if err := addKey(ctx, tx, &fresh); err != nil {
			return err
		}
		return s.audit(ctx, tx, keyChange("key.rotate", &before, &after), keyChange("key.create", nil, &fresh))
	})
	if err != nil {
		return fmt.Errorf("replacing key %s: %w", id, err)
	}
	return nil
}

// lockKey reads a key without its user, and keeps others from changing it until
// tx ends.
func (s *Store) lockKey(ctx context.Context, tx *sql.Tx, id string) (access.Key, error) {
	return scanKey(tx.QueryRowContext(ctx, `SELECT `+keyColumns+`, '', 0 FROM api_keys WHERE id = $1`+s.dialect.forUpdate, id))
}

// keyRecord is a key in the audit: all but its hash.
type keyRecord struct {
	Name      string         `json:"name"`
	UserID    string         `json:"user_id"`
	Scopes    []access.Scope `json:"scopes"`
	Unlimited bool           `json:"unlimited,omitempty"`
	RateLimit int            `json:"rate_limit,omitempty"`
	ExpiresAt time.Time      `json:"expires_at,omitzero"`
	RevokedAt time.Time      `json:"revoked_at,omitzero"`
}

func keyChange(action string, before, after *access.Key) audit.Change {
	c := audit.Change{Workspace: after.Workspace, Action: action, Subject: "key " + after.ID}
	record := func(k *access.Key) keyRecord {
		return keyRecord{k.Name, k.UserID, k.Scopes, k.Unlimited, k.RateLimit, boundOf(k.ExpiresAt), boundOf(k.RevokedAt)}
	}
	c.After = record(after)
	if before != nil {
		c.Before = record(before)
	}
	return c
}

// TouchKeys is access.Store's. A key that another replica noted within a minute
// is left alone.
func (s *Store) TouchKeys(ctx context.Context, used map[string]int64) error {
	for id, at := range used {
		_, err := s.exec(ctx, `UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND last_used_at <= $3`, id, at, at-60_000)
		if err != nil {
			return fmt.Errorf("noting use of key %s: %w", id, err)
		}
	}
	return nil
}

func scanKey(row scanner) (k access.Key, err error) {
	var (
		hash         []byte
		scopes, role string
		disabledAt   int64
	)
	err = row.Scan(&k.ID, &hash, &k.Name, &k.UserID, &scopes, &k.Unlimited, &k.CreatedAt, &k.ExpiresAt, &k.RevokedAt,
		&k.Workspace, &k.RateLimit, &k.LastUsedAt, &role, &disabledAt)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return access.Key{}, access.ErrNotFound
	case err != nil:
		return access.Key{}, err
	case copy(k.Hash[:], hash) != len(k.Hash):
		return access.Key{}, fmt.Errorf("key %s: its hash is cut short", k.ID)
	}
	for _, scope := range strings.Fields(scopes) {
		k.Scopes = append(k.Scopes, access.Scope(scope))
	}
	user := access.User{Role: access.Role(role), DisabledAt: disabledAt}
	k.Role = user.RoleNow()
	return k, nil
}

func joinScopes(scopes []access.Scope) string {
	names := make([]string, len(scopes))
	for i, scope := range scopes {
		names[i] = string(scope)
	}
	return strings.Join(names, " ")
}
