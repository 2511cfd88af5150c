package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
)

// Workspace is a workspace as the API shows it.
type Workspace struct {
	ID        string    `json:"id" example:"marketing"`
	Name      string    `json:"name" example:"Marketing"`
	CreatedAt time.Time `json:"created_at"`
}

type createWorkspaceRequest struct {
	Body struct {
		ID   string `json:"id" doc:"1 to 50 lower case letters, digits and hyphens; it stays." example:"marketing"`
		Name string `json:"name,omitempty"`
	}
}

// WorkspaceAddress names the workspace that a call is about.
type WorkspaceAddress struct {
	ID string `path:"id" doc:"The workspace's id."`
}

type workspaceAnswer struct{ Body Workspace }

func (a *api) registerWorkspaces() {
	const path = "/api/v1/workspaces"
	handle(a, access.Admin, huma.Operation{
		OperationID: "create-workspace", Method: http.MethodPost, Path: path, DefaultStatus: http.StatusCreated,
		Summary: "Add a workspace", Tags: []string{"workspaces"},
		Description: "A workspace is a tenant: keys see the links of their own only, unless they have the scope admin.",
	}, func(ctx context.Context, _ access.Key, in *createWorkspaceRequest) (*workspaceAnswer, error) {
		return showWorkspaceOr(a.Access.CreateWorkspace(ctx, in.Body.ID, in.Body.Name))
	})
	handle(a, access.Admin, huma.Operation{
		OperationID: "list-workspaces", Method: http.MethodGet, Path: path, Summary: "List workspaces", Tags: []string{"workspaces"},
	}, a.listWorkspaces)
	handle(a, access.Admin, huma.Operation{
		OperationID: "read-workspace", Method: http.MethodGet, Path: path + "/{id}", Summary: "Read a workspace", Tags: []string{"workspaces"},
	}, func(ctx context.Context, _ access.Key, in *WorkspaceAddress) (*workspaceAnswer, error) {
		return showWorkspaceOr(a.Access.Workspace(ctx, in.ID))
	})
}

func (a *api) listWorkspaces(ctx context.Context, _ access.Key, in *Page) (*items[Workspace], error) {
	after, err := a.openPlace(in.Cursor, "workspaces")
	if err != nil {
		return nil, err
	}
	found, err := a.Access.Workspaces(ctx, after.id, in.Limit+1)
	if err != nil {
		return nil, told("listing workspaces", "workspace", err)
	}
	return listed(found, in.Limit, showWorkspace, func(last *access.Workspace) *string {
		return a.sealPlace(place{id: last.ID}, "workspaces")
	}), nil
}

func showWorkspaceOr(w access.Workspace, err error) (*workspaceAnswer, error) {
	if err != nil {
		return nil, told("workspaces", "workspace", err)
	}
	return &workspaceAnswer{showWorkspace(&w)}, nil
}

func showWorkspace(w *access.Workspace) Workspace {
	return Workspace{ID: w.ID, Name: w.Name, CreatedAt: time.UnixMilli(w.CreatedAt).UTC()}
}
