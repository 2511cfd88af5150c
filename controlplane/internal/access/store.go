package access

import (
	"context"
	"errors"
)

// What a Store answers with, wrapped or bare.
var (
	// ErrNotFound: there is no such key, user or workspace.
	ErrNotFound = errors.New("no such key, user or workspace")
	// ErrExists: a key with this id or hash is there already, or a user with this
	// e-mail address, or a workspace with this id.
	ErrExists = errors.New("exists already")
)

// Store keeps keys, users and workspaces. Every method gives up when ctx ends;
// an error that is none of the sentinels means that the database could not
// answer. What a method has written is durable when it returns nil.
type Store interface {
	keyStore
	userStore
	// InsertWorkspace adds w; ErrExists if its id is there.
	InsertWorkspace(ctx context.Context, w Workspace) error
	// ReadWorkspace reads strongly; ErrNotFound if there is none. Safe to retry.
	ReadWorkspace(ctx context.Context, id string) (Workspace, error)
	// ListWorkspaces lists up to limit workspaces whose ids are beyond after, by id.
	ListWorkspaces(ctx context.Context, after string, limit int) ([]Workspace, error)
}

type keyStore interface {
	// InsertKey adds k; ErrExists if its id or its hash is there, also a revoked
	// one.
	InsertKey(ctx context.Context, k Key) error
	// KeyByHash reads strongly; ErrNotFound if there is none. It answers with
	// revoked and expired keys too, and with the role of the key's user. Safe to
	// retry.
	KeyByHash(ctx context.Context, hash [32]byte) (Key, error)
	// ReadKey is KeyByHash by id.
	ReadKey(ctx context.Context, id string) (Key, error)
	// AdminKeyExists says whether any key that was not revoked has the admin scope.
	AdminKeyExists(ctx context.Context) (bool, error)
	// ListKeys lists up to limit keys that q selects, oldest first. Safe to retry.
	ListKeys(ctx context.Context, q Query, limit int) ([]Key, error)
	// RevokeKey sets RevokedAt unless it is set; ErrNotFound if there is no such
	// key. Idempotent.
	RevokeKey(ctx context.Context, id string, at int64) error
	// ReplaceKey adds fresh and makes the key id expire at expires unless it does
	// before, in one transaction. ErrNotFound if there is no such key, or it was
	// revoked. Not idempotent.
	ReplaceKey(ctx context.Context, id string, expires int64, fresh Key) error
	// TouchKeys notes when keys were used last, at the latest; used maps ids to Unix
	// milliseconds. Idempotent.
	TouchKeys(ctx context.Context, used map[string]int64) error
}

type userStore interface {
	// InsertUser adds u; ErrExists if its e-mail address is there.
	InsertUser(ctx context.Context, u User) error
	// ReadUser reads strongly; ErrNotFound if there is none. Safe to retry.
	ReadUser(ctx context.Context, id string) (User, error)
	// ChangeUser reads the user, applies change and writes the result with the
	// next version, in one transaction. change may run several times; its error
	// leaves everything as it was and is returned (wrapped). Not idempotent.
	ChangeUser(ctx context.Context, id string, change func(*User) error) (User, error)
	// ListUsers lists up to limit users that q selects, oldest first. Safe to retry.
	ListUsers(ctx context.Context, q Query, limit int) ([]User, error)
}

// Query selects keys or users. Empty fields select everything.
type Query struct {
	Workspace string
	UserID    string // of keys
	After     Place  // continue behind this one
}

// Place is where a listing continues: the last one that was listed. The zero
// Place is the start.
type Place struct {
	CreatedAt int64
	ID        string
}
