package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Keys is the API keys of a database, for the command line: it needs no server
// that runs.
type Keys struct {
	access *access.Access
	store  *store.Store
}

// KeyInfo is what may be shown of a key. Times are RFC 3339; "-" is never.
type KeyInfo struct {
	ID, Name, Workspace, Scopes     string
	Created, Expires, Revoked, Used string
}

// OpenKeys opens the database and brings it to this build's tables.
func OpenKeys(ctx context.Context, databaseURL string, log *slog.Logger) (*Keys, error) {
	if err := checkDatabase(databaseURL); err != nil {
		return nil, err
	}
	opening, cancel := context.WithTimeout(ctx, openFor)
	defer cancel()
	opened, err := store.Open(opening, store.Options{URL: databaseURL, Logger: log})
	if err != nil {
		return nil, databaseRemedy(databaseURL, err)
	}
	if err := migrate(ctx, opened); err != nil {
		return nil, errors.Join(databaseRemedy(databaseURL, err), opened.Close())
	}
	a, err := access.New(opened, nil)
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return &Keys{access: a, store: opened}, nil
}

// Close gives the database back.
func (k *Keys) Close() error { return k.store.Close() }

// NewKey is what a key is to be. Only Scopes are required.
type NewKey struct {
	Name      string
	Workspace string // "" for the default one, or the user's
	User      string // id of the user whose key it is to be; "" for a program of its own
	Scopes    []string
	RateLimit int           // requests a second; 0 for the default
	TTL       time.Duration // how long it is valid; 0 is for ever
}

// Create makes a key. The secret can be had nowhere else.
func (k *Keys) Create(ctx context.Context, n NewKey) (secret string, err error) {
	wanted := access.NewKey{Name: n.Name, Workspace: n.Workspace, UserID: n.User, RateLimit: n.RateLimit}
	for _, scope := range n.Scopes {
		s, ok := access.ParseScope(scope)
		if !ok {
			return "", fmt.Errorf("--scope %q is unknown; there are %v", scope, access.Scopes())
		}
		wanted.Scopes = append(wanted.Scopes, s)
	}
	switch {
	case n.TTL < 0:
		return "", errors.New("--ttl is negative")
	case n.TTL > 0:
		wanted.Expires = time.Now().Add(n.TTL)
	}
	secret, _, err = k.access.Create(ctx, wanted)
	return secret, err
}

// List lists all keys, oldest first.
func (k *Keys) List(ctx context.Context) ([]KeyInfo, error) {
	all, err := k.all(ctx)
	if err != nil {
		return nil, err
	}
	infos := make([]KeyInfo, len(all))
	for i, key := range all {
		scopes := make([]string, len(key.Scopes))
		for j, s := range key.Scopes {
			scopes[j] = string(s)
		}
		infos[i] = KeyInfo{
			ID: key.ID, Name: key.Name, Workspace: key.Workspace, Scopes: strings.Join(scopes, ","),
			Created: shown(key.CreatedAt), Expires: shown(key.ExpiresAt), Revoked: shown(key.RevokedAt), Used: shown(key.LastUsedAt),
		}
	}
	return infos, nil
}

// all lists every key, a page at a time.
func (k *Keys) all(ctx context.Context) (all []access.Key, err error) {
	const page = 1000
	for q := (access.Query{}); ; {
		found, err := k.access.Keys(ctx, q, page)
		all = append(all, found...)
		if err != nil || len(found) < page {
			return all, err
		}
		q.After = found[page-1].Place()
	}
}

// Revoke ends the key with this id for good. Idempotent.
func (k *Keys) Revoke(ctx context.Context, id string) error { return k.access.Revoke(ctx, id) }

func shown(millis int64) string {
	if millis == 0 {
		return "-"
	}
	return link.Time(millis).Format(time.RFC3339)
}
