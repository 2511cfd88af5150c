package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
)

// InsertWorkspace is access.Store's.
func (s *Store) InsertWorkspace(ctx context.Context, w access.Workspace) error {
	err := s.inChange(ctx, "workspace "+w.ID, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3)
ON CONFLICT (id) DO NOTHING`, w.ID, w.Name, w.CreatedAt)
		if err := wrote(result, err, access.ErrExists); err != nil {
			return err
		}
		return s.audit(ctx, tx, audit.Change{
			Workspace: w.ID, Action: "workspace.create", Subject: "workspace " + w.ID, After: map[string]string{"name": w.Name},
		})
	})
	if err != nil {
		return fmt.Errorf("inserting workspace %s: %w", w.ID, err)
	}
	return nil
}

// ReadWorkspace is access.Store's.
func (s *Store) ReadWorkspace(ctx context.Context, id string) (access.Workspace, error) {
	w, err := scanWorkspace(s.read.QueryRowContext(ctx, `SELECT id, name, created_at FROM workspaces WHERE id = $1`, id))
	if err != nil {
		return access.Workspace{}, fmt.Errorf("reading workspace: %w", err)
	}
	return w, nil
}

// ListWorkspaces is access.Store's.
func (s *Store) ListWorkspaces(ctx context.Context, after string, limit int) ([]access.Workspace, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, name, created_at FROM workspaces WHERE id > $1 ORDER BY id LIMIT $2`, after, int64(limit))
	if err != nil {
		return nil, fmt.Errorf("listing workspaces: %w", err)
	}
	found, err := all(rows, scanWorkspace)
	if err != nil {
		return nil, fmt.Errorf("listing workspaces: %w", err)
	}
	return found, nil
}

func scanWorkspace(row scanner) (w access.Workspace, err error) {
	err = row.Scan(&w.ID, &w.Name, &w.CreatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		err = access.ErrNotFound
	}
	return w, err
}
