package access

import (
	"context"
	"errors"
)

// What a Store answers with, wrapped or bare.
var (
	// ErrNotFound: there is no such key.
	ErrNotFound = errors.New("no such key")
	// ErrExists: a key with this id or hash is there already.
	ErrExists = errors.New("key exists already")
)

// Key is an API key as it is stored: all but the key itself.
type Key struct {
	// ID is the public part of the key, shown in lists and logs.
	ID   string
	Name string
	// UserID owns what this key creates; it is the key's own id until users come.
	UserID string
	Scopes []Scope
	// Unlimited exempts the key from rate limits; the first admin key is.
	Unlimited bool
	// CreatedAt, ExpiresAt and RevokedAt are Unix milliseconds; the latter two
	// are 0 for never and not yet.
	CreatedAt, ExpiresAt, RevokedAt int64
	// Hash is the SHA-256 of the whole key.
	Hash [32]byte
}

// Store keeps keys. Every method gives up when ctx ends; an error that is none
// of the sentinels means that the database could not answer.
type Store interface {
	// InsertKey adds k; ErrExists if its id or its hash is there, also a revoked
	// one. Durable when it returns nil.
	InsertKey(ctx context.Context, k Key) error
	// KeyByHash reads strongly; ErrNotFound if there is none. It answers with
	// revoked and expired keys too. Safe to retry.
	KeyByHash(ctx context.Context, hash [32]byte) (Key, error)
	// AdminKeyExists says whether any key that was not revoked has the admin scope.
	AdminKeyExists(ctx context.Context) (bool, error)
	// ListKeys lists all keys, oldest first.
	ListKeys(ctx context.Context) ([]Key, error)
	// RevokeKey sets RevokedAt unless it is set; ErrNotFound if there is no such
	// key. Idempotent.
	RevokeKey(ctx context.Context, id string, at int64) error
}
