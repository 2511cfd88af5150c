package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxRate is the highest rate limit that a key can be given, in requests a second.
const MaxRate = 1_000_000

// NewKey is what a key is to be.
type NewKey struct {
	Name   string
	Scopes []Scope // at least one
	// UserID is the user that the key is for, whose workspace it then has; "" for a
	// program of its own.
	UserID string
	// Workspace of a key without a user; "" means the default one.
	Workspace string
	Expires   time.Time // zero: never
	RateLimit int       // requests a second; 0: the default
}

// Create makes a key and stores its hash. secret is shown to the caller now or
// never.
func (a *Access) Create(ctx context.Context, n NewKey) (secret string, key Key, err error) {
	id, secret := newSecret()
	key = Key{
		ID: id, Name: n.Name, UserID: id, Workspace: n.Workspace, Scopes: n.Scopes, RateLimit: n.RateLimit,
		CreatedAt: a.now().UnixMilli(), Hash: sha256.Sum256([]byte(secret)),
	}
	if !n.Expires.IsZero() {
		key.ExpiresAt = n.Expires.UnixMilli()
	}
	if key.Workspace == "" {
		key.Workspace = DefaultWorkspace
	}
	bad := key.check()
	if err := a.bind(ctx, &key, n.UserID, &bad); err != nil {
		return "", Key{}, fmt.Errorf("making key: %w", err)
	}
	if len(bad) > 0 {
		return "", Key{}, bad
	}
	if err := a.store.InsertKey(ctx, key); err != nil {
		return "", Key{}, fmt.Errorf("storing key: %w", err)
	}
	return secret, key, nil
}

// check says what is wrong with a key that is to be made.
func (k *Key) check() (bad InvalidFields) {
	bad.text("name", k.Name)
	if len(k.Scopes) == 0 {
		bad = append(bad, Invalid{"scopes", "are missing; a key needs at least one"})
	}
	for _, s := range k.Scopes {
		if !slices.Contains(Scopes(), s) {
			bad = append(bad, Invalid{"scopes", "may hold only " + enumerated(Scopes())})
			break
		}
	}
	if k.RateLimit < 0 || k.RateLimit > MaxRate {
		bad = append(bad, Invalid{"rate_limit", fmt.Sprintf("must be 1 to %d requests a second", MaxRate)})
	}
	if k.ExpiresAt < 0 || k.ExpiresAt != 0 && k.ExpiresAt <= k.CreatedAt {
		bad = append(bad, Invalid{"expires_at", "has passed already"})
	}
	return bad
}

// bind gives the key to a user, whose role must allow its scopes, or makes sure
// that its workspace exists.
func (a *Access) bind(ctx context.Context, key *Key, userID string, bad *InvalidFields) error {
	if userID == "" {
		return a.checkWorkspace(ctx, key.Workspace, bad)
	}
	u, err := a.User(ctx, userID)
	switch {
	case errors.Is(err, ErrNotFound):
		*bad = append(*bad, Invalid{"user_id", "does not exist"})
		return nil
	case err != nil:
		return err
	}
	key.UserID, key.Workspace, key.Role = u.ID, u.Workspace, u.RoleNow()
	for _, s := range key.Scopes {
		if !key.Allows(s) {
			*bad = append(*bad, Invalid{"scopes", fmt.Sprintf("go beyond the user's role: %s", s)})
		}
	}
	return nil
}

// Rotate makes a key that may do what the key id may, and lets the old one
// expire after grace, so that programs can change over. A key that preset an
// operator's own secret is rotated into one of ours.
func (a *Access) Rotate(ctx context.Context, id string, grace time.Duration) (secret string, fresh Key, err error) {
	old, err := a.Key(ctx, id)
	if err != nil {
		return "", Key{}, fmt.Errorf("reading key: %w", err)
	}
	now := a.now()
	if old.ended(now.UnixMilli()) {
		return "", Key{}, ErrNotFound
	}
	fresh = old
	fresh.ID, secret = newSecret()
	fresh.Hash = sha256.Sum256([]byte(secret))
	fresh.CreatedAt, fresh.LastUsedAt = now.UnixMilli(), 0
	if err := a.store.ReplaceKey(ctx, id, now.Add(grace).UnixMilli(), fresh); err != nil {
		return "", Key{}, fmt.Errorf("replacing key: %w", err)
	}
	return secret, fresh, nil
}

// Key reads one by its id, without what it is made of.
func (a *Access) Key(ctx context.Context, id string) (Key, error) {
	if !wellFormed(id) {
		return Key{}, ErrNotFound
	}
	return a.store.ReadKey(ctx, id)
}

// Keys lists up to limit keys that q selects, oldest first, without what they
// are made of.
func (a *Access) Keys(ctx context.Context, q Query, limit int) ([]Key, error) {
	keys, err := a.store.ListKeys(ctx, q, limit)
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	return keys, nil
}

// Place is where a listing continues behind k.
func (k *Key) Place() Place { return Place{k.CreatedAt, k.ID} }

// Revoke ends a key for good; every replica refuses it within a second.
func (a *Access) Revoke(ctx context.Context, id string) error {
	err := ErrNotFound
	if wellFormed(id) {
		err = a.store.RevokeKey(ctx, id, a.now().UnixMilli())
	}
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("no key has the id %q: %w", id, err)
	}
	return err
}

// enumerated is values as a sentence has them.
func enumerated[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}
