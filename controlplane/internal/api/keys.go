package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// APIKey is a key as the API shows it, which is without the key itself.
type APIKey struct {
	ID         string         `json:"id" doc:"The public part of the key: the 8 characters after fp_." example:"4fT9sQe1"`
	Name       string         `json:"name" example:"newsletter"`
	Workspace  string         `json:"workspace" example:"default"`
	UserID     string         `json:"user_id" doc:"The user whose key this is; the key's own id if it is nobody's."`
	Scopes     []access.Scope `json:"scopes" nullable:"false" enum:"urls:read,urls:write,stats:read,admin"`
	RateLimit  *int           `json:"rate_limit" doc:"Requests a second; null: no limit."`
	CreatedAt  time.Time      `json:"created_at"`
	ExpiresAt  *time.Time     `json:"expires_at" doc:"null: never."`
	RevokedAt  *time.Time     `json:"revoked_at"`
	LastUsedAt *time.Time     `json:"last_used_at" doc:"Up to a minute late; null: never used."`
}

// NewAPIKey is a key that was just made.
type NewAPIKey struct {
	APIKey
	Key string `json:"key" doc:"The key. It is shown only here; keep it."`
}

type createKeyRequest struct {
	Body struct {
		Name      string     `json:"name,omitempty" doc:"What the key is for." example:"newsletter"`
		Scopes    []string   `json:"scopes" nullable:"false" doc:"urls:read, urls:write, stats:read, admin, which implies all." example:"[\"urls:read\",\"urls:write\"]"`
		UserID    string     `json:"user_id,omitempty" doc:"The user whose key it is to be; bound by the user's role."`
		Workspace string     `json:"workspace,omitempty" doc:"Whose links it sees; without it, your own key's workspace. Not together with user_id."`
		ExpiresAt *time.Time `json:"expires_at,omitempty"`
		RateLimit *int       `json:"rate_limit,omitempty" doc:"Requests a second; 1,000 without it."`
	}
}

type keyAnswer struct{ Body APIKey }
type newKeyAnswer struct{ Body NewAPIKey }

type listKeysRequest struct {
	Page
	Workspace string `query:"workspace" doc:"Keys of this workspace."`
	UserID    string `query:"user_id" doc:"Keys of this user."`
}

// KeyAddress names the key that a call is about.
type KeyAddress struct {
	ID string `path:"id" doc:"The key's id."`
}

type rotateKeyRequest struct {
	KeyAddress
	Body struct {
		Grace int64 `json:"grace,omitempty" doc:"Seconds that the old key lives on; 0 without it." example:"3600"`
	}
}

func (a *api) registerKeys() {
	const path = "/api/v1/keys"
	handle(a, access.Admin, huma.Operation{
		OperationID: "create-key", Method: http.MethodPost, Path: path, DefaultStatus: http.StatusCreated,
		Summary: "Make an API key", Tags: []string{"keys"}, Description: "The key is shown in this answer only; we keep its hash.",
	}, a.createKey)
	handle(a, access.Admin, huma.Operation{
		OperationID: "list-keys", Method: http.MethodGet, Path: path, Summary: "List API keys", Tags: []string{"keys"},
	}, a.listKeys)
	handle(a, access.Admin, huma.Operation{
		OperationID: "read-key", Method: http.MethodGet, Path: path + "/{id}", Summary: "Read an API key", Tags: []string{"keys"},
	}, a.readKey)
	handle(a, access.Admin, huma.Operation{
		OperationID: "revoke-key", Method: http.MethodDelete, Path: path + "/{id}", DefaultStatus: http.StatusNoContent,
		Summary: "Revoke an API key", Tags: []string{"keys"}, Description: "For good. Every replica refuses the key within a second.",
	}, a.revokeKey)
	handle(a, access.Admin, huma.Operation{
		OperationID: "rotate-key", Method: http.MethodPost, Path: path + "/{id}/rotate", DefaultStatus: http.StatusCreated,
		Summary: "Replace an API key", Tags: []string{"keys"},
		Description: "Makes a key that may do the same; the old one expires after the grace that you give.",
	}, a.rotateKey)
}

func (a *api) createKey(ctx context.Context, by access.Key, in *createKeyRequest) (*newKeyAnswer, error) {
	b := &in.Body
	wanted := access.NewKey{Name: b.Name, UserID: b.UserID, Workspace: b.Workspace}
	switch {
	case b.UserID != "" && b.Workspace != "":
		return nil, links.Refuse("workspace", links.Conflict, "is the user's, and cannot be given together with user_id")
	case b.Workspace == "":
		wanted.Workspace = by.Workspace
	}
	for _, scope := range b.Scopes {
		wanted.Scopes = append(wanted.Scopes, access.Scope(scope))
	}
	if b.ExpiresAt != nil {
		wanted.Expires = *b.ExpiresAt
	}
	if b.RateLimit != nil {
		if wanted.RateLimit = *b.RateLimit; wanted.RateLimit == 0 {
			return nil, links.Refuse("rate_limit", links.Bad, fmt.Sprintf("must be 1 to %d requests a second", access.MaxRate))
		}
	}
	secret, key, err := a.Access.Create(ctx, wanted)
	if err != nil {
		return nil, told("making key", "key", err)
	}
	return &newKeyAnswer{NewAPIKey{showKey(&key), secret}}, nil
}

func (a *api) listKeys(ctx context.Context, _ access.Key, in *listKeysRequest) (*items[APIKey], error) {
	listing := fmt.Sprintf("keys %q %q", in.Workspace, in.UserID)
	after, err := a.openPlace(in.Cursor, listing)
	if err != nil {
		return nil, err
	}
	if err := checkStorable(map[string]string{"workspace": in.Workspace, "user_id": in.UserID}); err != nil {
		return nil, err
	}
	found, err := a.Access.Keys(ctx, access.Query{
		Workspace: in.Workspace, UserID: in.UserID, After: access.Place{CreatedAt: after.at, ID: after.id},
	}, in.Limit+1)
	if err != nil {
		return nil, told("listing keys", "key", err)
	}
	return listed(found, in.Limit, showKey, func(last *access.Key) *string {
		return a.sealPlace(place{last.CreatedAt, last.ID}, listing)
	}), nil
}

func (a *api) readKey(ctx context.Context, _ access.Key, in *KeyAddress) (*keyAnswer, error) {
	found, err := a.Access.Key(ctx, in.ID)
	if err != nil {
		return nil, told("reading key", "key", err)
	}
	return &keyAnswer{showKey(&found)}, nil
}

func (a *api) revokeKey(ctx context.Context, _ access.Key, in *KeyAddress) (*struct{}, error) {
	return nil, told("revoking key", "key", a.Access.Revoke(ctx, in.ID))
}

// maxGrace bounds how long an old key may live on; longer is a second key.
const maxGrace = 30 * 24 * time.Hour

func (a *api) rotateKey(ctx context.Context, _ access.Key, in *rotateKeyRequest) (*newKeyAnswer, error) {
	if in.Body.Grace < 0 || in.Body.Grace > int64(maxGrace/time.Second) {
		return nil, links.Refuse("grace", links.Bad, fmt.Sprintf("must be 0 to %d seconds", maxGrace/time.Second))
	}
	secret, key, err := a.Access.Rotate(ctx, in.ID, time.Duration(in.Body.Grace)*time.Second)
	if err != nil {
		return nil, told("rotating key", "key", err)
	}
	return &newKeyAnswer{NewAPIKey{showKey(&key), secret}}, nil
}

func showKey(k *access.Key) APIKey {
	shown := APIKey{
		ID: k.ID, Name: k.Name, Workspace: k.Workspace, UserID: k.UserID, Scopes: k.Scopes,
		CreatedAt: time.UnixMilli(k.CreatedAt).UTC(), ExpiresAt: timeOf(k.ExpiresAt), RevokedAt: timeOf(k.RevokedAt), LastUsedAt: timeOf(k.LastUsedAt),
	}
	if rate := rateOf(k); !k.Unlimited {
		shown.RateLimit = &rate
	}
	return shown
}
