package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// DefaultWorkspace is whose everything is that names no workspace.
const DefaultWorkspace = "default"

// Workspace is a tenant: what belongs to one is not to be seen from another.
type Workspace struct {
	ID, Name  string
	CreatedAt int64 // Unix milliseconds
}

// maxWorkspace is the length of a workspace's id.
const maxWorkspace = 50

// CreateWorkspace adds one. The id is chosen by people, since it stands in
// settings and scripts.
func (a *Access) CreateWorkspace(ctx context.Context, id, name string) (Workspace, error) {
	w := Workspace{ID: id, Name: name, CreatedAt: a.now().UnixMilli()}
	var bad InvalidFields
	if id == "" || len(id) > maxWorkspace || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		bad = append(bad, Invalid{"id", fmt.Sprintf("must be 1 to %d lower case letters, digits and hyphens", maxWorkspace)})
	}
	if bad.text("name", name); len(bad) > 0 {
		return Workspace{}, bad
	}
	if err := a.store.InsertWorkspace(ctx, w); err != nil {
		return Workspace{}, fmt.Errorf("storing workspace: %w", err)
	}
	return w, nil
}

// Workspace reads one.
func (a *Access) Workspace(ctx context.Context, id string) (Workspace, error) {
	if !wellFormed(id) {
		return Workspace{}, ErrNotFound
	}
	return a.store.ReadWorkspace(ctx, id)
}

// Workspaces lists up to limit workspaces with ids beyond after, by id.
func (a *Access) Workspaces(ctx context.Context, after string, limit int) ([]Workspace, error) {
	return a.store.ListWorkspaces(ctx, after, limit)
}

// checkWorkspace adds to bad if there is no workspace id. An error means that
// the store did not answer.
func (a *Access) checkWorkspace(ctx context.Context, id string, bad *InvalidFields) error {
	exists, err := a.WorkspaceExists(ctx, id)
	if err == nil && !exists {
		*bad = append(*bad, Invalid{"workspace", "does not exist"})
	}
	return err
}

// WorkspaceExists says whether there is a workspace id.
func (a *Access) WorkspaceExists(ctx context.Context, id string) (bool, error) {
	_, err := a.Workspace(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
