package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
)

// User is a user as the API shows it.
type User struct {
	ID         string      `json:"id" example:"u4fT9sQe1"`
	Workspace  string      `json:"workspace" example:"default"`
	Name       string      `json:"name" example:"Anna"`
	Email      string      `json:"email" nullable:"false" example:"anna@example.com"`
	Role       access.Role `json:"role" enum:"viewer,editor,admin" doc:"Bounds what the user's keys may do: viewer reads, editor writes links, admin does everything in every workspace."`
	Version    uint64      `json:"version" doc:"Rises with each change; also the ETag."`
	CreatedAt  time.Time   `json:"created_at"`
	DisabledAt *time.Time  `json:"disabled_at" doc:"Since when the user's keys are refused; null: they are not."`
}

type createUserRequest struct {
	Body struct {
		Name      *string      `json:"name,omitempty"`
		Email     *string      `json:"email" example:"anna@example.com"`
		Role      *access.Role `json:"role,omitempty" doc:"viewer, editor or admin; editor without it."`
		Workspace string       `json:"workspace,omitempty" doc:"Without it, your own key's workspace."`
	}
}

// UserAddress names the user that a call is about.
type UserAddress struct {
	ID string `path:"uid" doc:"The user's id."`
}

type changeUserRequest struct {
	UserAddress
	Precondition
	Body struct {
		Name     *string      `json:"name,omitempty" example:"Anna"`
		Email    *string      `json:"email,omitempty"`
		Role     *access.Role `json:"role,omitempty"`
		Disabled *bool        `json:"disabled,omitempty" doc:"true refuses the user's keys within a second; false takes them again."`
	}
}

type disableUserRequest struct {
	UserAddress
	Precondition
}

type userAnswer struct {
	ETag string `header:"ETag" doc:"The user's version, for If-Match."`
	Body User
}

type listUsersRequest struct {
	Page
	Workspace string `query:"workspace" doc:"Users of this workspace."`
}

func (a *api) registerUsers() {
	const path = "/api/v1/users"
	handle(a, access.Admin, huma.Operation{
		OperationID: "create-user", Method: http.MethodPost, Path: path, DefaultStatus: http.StatusCreated,
		Summary: "Add a user", Tags: []string{"users"},
	}, a.createUser)
	handle(a, access.Admin, huma.Operation{
		OperationID: "list-users", Method: http.MethodGet, Path: path, Summary: "List users", Tags: []string{"users"},
	}, a.listUsers)
	handle(a, access.Admin, huma.Operation{
		OperationID: "read-user", Method: http.MethodGet, Path: path + "/{uid}", Summary: "Read a user", Tags: []string{"users"},
	}, func(ctx context.Context, _ access.Key, in *UserAddress) (*userAnswer, error) {
		return showUserOr(a.Access.User(ctx, in.ID))
	})
	handle(a, access.Admin, huma.Operation{
		OperationID: "change-user", Method: http.MethodPatch, Path: path + "/{uid}", Summary: "Change a user", Tags: []string{"users"},
		Description: "Fields that are left out stay as they are. What the user's keys may do follows within a second.",
	}, func(ctx context.Context, _ access.Key, in *changeUserRequest) (*userAnswer, error) {
		b := &in.Body
		return showUserOr(a.Access.ChangeUser(ctx, in.ID, allows(in.IfMatch), access.UserFields{Name: b.Name, Email: b.Email, Role: b.Role, Disabled: b.Disabled}))
	})
	handle(a, access.Admin, huma.Operation{
		OperationID: "disable-user", Method: http.MethodDelete, Path: path + "/{uid}", DefaultStatus: http.StatusNoContent,
		Summary: "Disable a user", Tags: []string{"users"},
		Description: "The user's keys are refused within a second; links, history and audit stay, and keep the name.",
	}, func(ctx context.Context, _ access.Key, in *disableUserRequest) (*struct{}, error) {
		disabled := true
		_, err := a.Access.ChangeUser(ctx, in.ID, allows(in.IfMatch), access.UserFields{Disabled: &disabled})
		return nil, told("disabling user", "user", err)
	})
}

func (a *api) createUser(ctx context.Context, by access.Key, in *createUserRequest) (*userAnswer, error) {
	b := &in.Body
	if b.Workspace == "" {
		b.Workspace = by.Workspace
	}
	return showUserOr(a.Access.CreateUser(ctx, b.Workspace, access.UserFields{Name: b.Name, Email: b.Email, Role: b.Role}))
}

func (a *api) listUsers(ctx context.Context, _ access.Key, in *listUsersRequest) (*items[User], error) {
	listing := fmt.Sprintf("users %q", in.Workspace)
	after, err := a.openPlace(in.Cursor, listing)
	if err != nil {
		return nil, err
	}
	if err := checkStorable(map[string]string{"workspace": in.Workspace}); err != nil {
		return nil, err
	}
	found, err := a.Access.Users(ctx, access.Query{Workspace: in.Workspace, After: access.Place{CreatedAt: after.at, ID: after.id}}, in.Limit+1)
	if err != nil {
		return nil, told("listing users", "user", err)
	}
	return listed(found, in.Limit, showUser, func(last *access.User) *string {
		return a.sealPlace(place{last.CreatedAt, last.ID}, listing)
	}), nil
}

func showUserOr(u access.User, err error) (*userAnswer, error) {
	if err != nil {
		return nil, told("users", "user", err)
	}
	return &userAnswer{ETag: etag(u.Version), Body: showUser(&u)}, nil
}

func showUser(u *access.User) User {
	return User{
		ID: u.ID, Workspace: u.Workspace, Name: u.Name, Email: u.Email, Role: u.Role, Version: u.Version,
		CreatedAt: time.UnixMilli(u.CreatedAt).UTC(), DisabledAt: timeOf(u.DisabledAt),
	}
}
