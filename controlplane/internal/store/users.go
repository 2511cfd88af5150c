package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
)

const userColumns = `id, workspace, name, email, role, version, created_at, disabled_at`

// InsertUser is access.Store's.
func (s *Store) InsertUser(ctx context.Context, u access.User) error {
	err := s.inChange(ctx, "user "+u.ID, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO users (`+userColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`, userValues(&u)...)
		if err := wrote(result, err, access.ErrExists); err != nil {
			return err
		}
		return s.audit(ctx, tx, userChange("user.create", nil, &u))
	})
	if err != nil {
		return fmt.Errorf("inserting user: %w", err)
	}
	return nil
}

func userValues(u *access.User) []any {
	return []any{u.ID, u.Workspace, u.Name, u.Email, string(u.Role), int64(u.Version), u.CreatedAt, u.DisabledAt}
}

// ReadUser is access.Store's.
func (s *Store) ReadUser(ctx context.Context, id string) (access.User, error) {
	u, err := scanUser(s.read.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE id = $1`, id))
	if err != nil {
		return access.User{}, fmt.Errorf("reading user: %w", err)
	}
	return u, nil
}

// ChangeUser is access.Store's. The row stays locked until the commit.
func (s *Store) ChangeUser(ctx context.Context, id string, change func(*access.User) error) (changed access.User, err error) {
	err = s.inChange(ctx, "user "+id, func(ctx context.Context, tx *sql.Tx) error {
		u, err := scanUser(tx.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE id = $1`+s.dialect.forUpdate, id))
		if err != nil {
			return err
		}
		before := u
		if err := change(&u); err != nil {
			return err
		}
		u.Version++
		result, err := tx.ExecContext(ctx, `UPDATE users SET workspace = $2, name = $3, email = $4, role = $5, version = $6,
 created_at = $7, disabled_at = $8 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users WHERE email = $4 AND id <> $1)`, userValues(&u)...)
		if err := wrote(result, err, access.ErrExists); err != nil {
			return err
		}
		changed = u
		return s.audit(ctx, tx, userChange("user.update", &before, &u))
	})
	if err != nil {
		return access.User{}, fmt.Errorf("changing user: %w", err)
	}
	return changed, nil
}

// userRecord is a user in the audit.
type userRecord struct {
	Name       string      `json:"name"`
	Email      string      `json:"email"`
	Role       access.Role `json:"role"`
	DisabledAt time.Time   `json:"disabled_at,omitzero"`
}

func userChange(action string, before, after *access.User) audit.Change {
	c := audit.Change{Workspace: after.Workspace, Action: action, Subject: "user " + after.ID, Version: after.Version}
	c.After = userRecord{after.Name, after.Email, after.Role, boundOf(after.DisabledAt)}
	if before != nil {
		c.Before = userRecord{before.Name, before.Email, before.Role, boundOf(before.DisabledAt)}
	}
	return c
}

// ListUsers is access.Store's.
func (s *Store) ListUsers(ctx context.Context, q access.Query, limit int) ([]access.User, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+userColumns+` FROM users
WHERE ($1 = '' OR workspace = $1) AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		q.Workspace, q.After.CreatedAt, q.After.ID, int64(limit))
	if err != nil {
		return nil, fmt.Errorf("listing users: %w", err)
	}
	users, err := all(rows, scanUser)
	if err != nil {
		return nil, fmt.Errorf("listing users: %w", err)
	}
	return users, nil
}

func scanUser(row scanner) (u access.User, err error) {
	var role string
	err = row.Scan(&u.ID, &u.Workspace, &u.Name, &u.Email, &role, &u.Version, &u.CreatedAt, &u.DisabledAt)
	u.Role = access.Role(role)
	if errors.Is(err, sql.ErrNoRows) {
		err = access.ErrNotFound
	}
	return u, err
}
