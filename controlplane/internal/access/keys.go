package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"
)

// Create makes a key and stores its hash. secret is shown to the caller now or
// never. A zero expires means never.
func (a *Access) Create(ctx context.Context, name string, scopes []Scope, expires time.Time) (secret string, key Key, err error) {
	if len(scopes) == 0 {
		return "", Key{}, errors.New("a key needs at least one scope")
	}
	id, secret := newSecret()
	key = Key{ID: id, Name: name, UserID: id, Scopes: scopes, CreatedAt: a.now().UnixMilli(), Hash: sha256.Sum256([]byte(secret))}
	if !expires.IsZero() {
		key.ExpiresAt = expires.UnixMilli()
	}
	if err := a.store.InsertKey(ctx, key); err != nil {
		return "", Key{}, fmt.Errorf("storing key: %w", err)
	}
	return secret, key, nil
}

// Bootstrap sees to it that there is an admin key. A preset is stored unless it
// is there already (also revoked: it stays so). Without one, a key is made if
// there is none yet, and returned: the only time that it can be seen.
func (a *Access) Bootstrap(ctx context.Context, preset string) (made string, err error) {
	id, secret := newSecret()
	if preset != "" {
		if err := CheckPreset(preset); err != nil {
			return "", fmt.Errorf("admin key %w", err)
		}
		secret = preset
	} else if exists, err := a.store.AdminKeyExists(ctx); err != nil {
		return "", fmt.Errorf("looking for an admin key: %w", err)
	} else if exists {
		return "", nil
	} else {
		made = secret
	}
	err = a.store.InsertKey(ctx, Key{
		ID: id, Name: "first admin", UserID: id, Scopes: []Scope{Admin}, Unlimited: true,
		CreatedAt: a.now().UnixMilli(), Hash: sha256.Sum256([]byte(secret)),
	})
	if err != nil && !errors.Is(err, ErrExists) {
		return "", fmt.Errorf("storing the admin key: %w", err)
	}
	return made, nil
}

// List lists all keys, oldest first, without what they are made of.
func (a *Access) List(ctx context.Context) ([]Key, error) {
	keys, err := a.store.ListKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	return keys, nil
}

// Revoke ends a key for good; every replica refuses it within a second.
func (a *Access) Revoke(ctx context.Context, id string) error {
	err := a.store.RevokeKey(ctx, id, a.now().UnixMilli())
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("no key has the id %q: %w", id, err)
	}
	return err
}
