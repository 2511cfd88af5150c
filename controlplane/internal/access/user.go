package access

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
)

// User is a person who makes links, by keys that belong to them.
type User struct {
	ID, Workspace, Name string
	Email               string // lower case; no two users have the same
	Role                Role
	Version             uint64 // rises with every change
	CreatedAt           int64  // Unix milliseconds
	DisabledAt          int64  // Unix milliseconds; 0: not
}

// RoleNow is the user's role, or none while the user is disabled.
func (u *User) RoleNow() Role {
	if u.DisabledAt != 0 {
		return none
	}
	return u.Role
}

// Place is where a listing continues behind u.
func (u *User) Place() Place { return Place{u.CreatedAt, u.ID} }

// UserFields are what a caller sets on a user; nil leaves a field as it is.
type UserFields struct {
	Name, Email *string
	Role        *Role
	Disabled    *bool
}

// ErrPrecondition: the user has changed since the caller read it.
var ErrPrecondition = errors.New("it has changed meanwhile")

// CreateUser adds a user to a workspace.
func (a *Access) CreateUser(ctx context.Context, workspace string, f UserFields) (User, error) {
	u := User{ID: "u" + randomDigits(idDigits), Workspace: workspace, Role: Editor, Version: 1, CreatedAt: a.now().UnixMilli()}
	bad := f.apply(&u, u.CreatedAt)
	if f.Email == nil {
		bad = append(bad, Invalid{"email", "is missing"})
	}
	if err := a.checkWorkspace(ctx, workspace, &bad); err != nil {
		return User{}, err
	}
	if len(bad) > 0 {
		return User{}, bad
	}
	if err := a.store.InsertUser(ctx, u); err != nil {
		return User{}, fmt.Errorf("storing user: %w", err)
	}
	return u, nil
}

// User reads one.
func (a *Access) User(ctx context.Context, id string) (User, error) {
	if !wellFormed(id) {
		return User{}, ErrNotFound
	}
	return a.store.ReadUser(ctx, id)
}

// Users lists up to limit users that q selects, oldest first.
func (a *Access) Users(ctx context.Context, q Query, limit int) ([]User, error) {
	return a.store.ListUsers(ctx, q, limit)
}

// ChangeUser sets fields on a user if allows takes the version that it has;
// ErrPrecondition otherwise.
func (a *Access) ChangeUser(ctx context.Context, id string, allows func(version uint64) bool, f UserFields) (User, error) {
	if !wellFormed(id) {
		return User{}, ErrNotFound
	}
	u, err := a.store.ChangeUser(ctx, id, func(u *User) error {
		if !allows(u.Version) {
			return ErrPrecondition
		}
		if bad := f.apply(u, a.now().UnixMilli()); len(bad) > 0 {
			return bad
		}
		return nil
	})
	if err != nil {
		return User{}, fmt.Errorf("changing user: %w", err)
	}
	return u, nil
}

func (f *UserFields) apply(u *User, now int64) (bad InvalidFields) {
	if f.Name != nil {
		u.Name = *f.Name
		bad.text("name", u.Name)
	}
	if f.Email != nil {
		u.Email = strings.ToLower(*f.Email)
		if parsed, err := mail.ParseAddress(u.Email); err != nil || parsed.Address != u.Email || len(u.Email) > maxText {
			bad = append(bad, Invalid{"email", "is not an e-mail address"})
		}
	}
	if f.Role != nil {
		u.Role = *f.Role
		if u.Role.scopes() == nil {
			bad = append(bad, Invalid{"role", "must be one of " + enumerated(Roles())})
		}
	}
	switch {
	case f.Disabled == nil:
	case !*f.Disabled:
		u.DisabledAt = 0
	case u.DisabledAt == 0:
		u.DisabledAt = now
	}
	return bad
}
