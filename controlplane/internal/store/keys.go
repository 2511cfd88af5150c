package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
)

var _ access.Store = (*Store)(nil)

const keyColumns = `id, hash, name, user_id, scopes, unlimited, created_at, expires_at, revoked_at`

// InsertKey is access.Store's.
func (s *Store) InsertKey(ctx context.Context, k access.Key) error {
	inserted, err := s.exec(ctx, `INSERT INTO api_keys (`+keyColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		k.ID, k.Hash[:], k.Name, k.UserID, joinScopes(k.Scopes), k.Unlimited, k.CreatedAt, k.ExpiresAt, k.RevokedAt)
	if err == nil && inserted == 0 {
		err = access.ErrExists
	}
	if err != nil {
		return fmt.Errorf("inserting key %s: %w", k.ID, err)
	}
	return nil
}

// KeyByHash is access.Store's.
func (s *Store) KeyByHash(ctx context.Context, hash [32]byte) (access.Key, error) {
	k, err := scanKey(s.read.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE hash = $1`, hash[:]))
	if err != nil {
		return access.Key{}, fmt.Errorf("reading key: %w", err)
	}
	return k, nil
}

// AdminKeyExists is access.Store's.
func (s *Store) AdminKeyExists(ctx context.Context) (bool, error) {
	keys, err := s.ListKeys(ctx)
	return slices.ContainsFunc(keys, func(k access.Key) bool {
		return k.RevokedAt == 0 && slices.Contains(k.Scopes, access.Admin)
	}), err
}

// ListKeys is access.Store's.
func (s *Store) ListKeys(ctx context.Context) ([]access.Key, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+keyColumns+` FROM api_keys ORDER BY created_at, id`)
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	defer rows.Close()
	var keys []access.Key
	for rows.Next() {
		k, err := scanKey(rows)
		if err != nil {
			return nil, fmt.Errorf("listing keys: %w", err)
		}
		keys = append(keys, k)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	return keys, nil
}

// RevokeKey is access.Store's.
func (s *Store) RevokeKey(ctx context.Context, id string, at int64) error {
	revoked, err := s.exec(ctx, `UPDATE api_keys
SET revoked_at = CASE WHEN revoked_at = 0 THEN CAST($2 AS BIGINT) ELSE revoked_at END WHERE id = $1`, id, at)
	if err == nil && revoked == 0 {
		err = access.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("revoking key %s: %w", id, err)
	}
	return nil
}

func scanKey(row interface{ Scan(...any) error }) (k access.Key, err error) {
	var (
		hash   []byte
		scopes string
	)
	err = row.Scan(&k.ID, &hash, &k.Name, &k.UserID, &scopes, &k.Unlimited, &k.CreatedAt, &k.ExpiresAt, &k.RevokedAt)
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
	return k, nil
}

func joinScopes(scopes []access.Scope) string {
	names := make([]string, len(scopes))
	for i, scope := range scopes {
		names[i] = string(scope)
	}
	return strings.Join(names, " ")
}
