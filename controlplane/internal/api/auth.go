package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/address"
)

// authenticate lets pass whoever holds a key, and puts the key into the context.
// It runs before anything of the request is parsed.
func (a *api) authenticate(ctx huma.Context, next func(huma.Context)) {
	key, err := a.key(ctx)
	if err != nil {
		_, w := humago.Unwrap(ctx)
		a.problem("authenticate", err).write(w)
		return
	}
	r, _ := humago.Unwrap(ctx)
	actor := audit.Actor{KeyID: key.ID, UserID: key.UserID, Address: a.client(r)}
	next(huma.WithContext(ctx, audit.With(context.WithValue(ctx.Context(), keyContext{}, key), actor)))
}

// client is the address that r comes from; not valid if the connection has none.
func (a *api) client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return address.Forwarded(a.Trusted, peer.Addr().Unmap(), []byte(strings.Join(r.Header.Values("X-Forwarded-For"), ",")))
}

// permit lets pass whose key has the scope.
func (a *api) permit(scope access.Scope) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		key := keyOf(ctx.Context())
		if !key.Allows(scope) {
			_, w := humago.Unwrap(ctx)
			newProblem(http.StatusForbidden, "forbidden", "this API key lacks the scope "+string(scope)).write(w)
			return
		}
		next(ctx)
	}
}

// key finds the request's key.
func (a *api) key(ctx huma.Context) (access.Key, error) {
	presented, err := credential(ctx.Header("Authorization"), ctx.Header("X-Api-Key"))
	if err != nil {
		return access.Key{}, err
	}
	known := func() {}
	if !a.Access.Remembers(presented) {
		r, _ := humago.Unwrap(ctx)
		if known, err = a.guess(r); err != nil {
			return access.Key{}, err
		}
	}
	bounded, cancel := context.WithTimeout(ctx.Context(), a.Deadline)
	defer cancel()
	key, err := a.Access.Authenticate(bounded, presented)
	if !errors.Is(err, access.ErrDenied) {
		known()
	}
	if err != nil && !errors.Is(err, access.ErrDenied) {
		return access.Key{}, fmt.Errorf("%w: %w", links.ErrUnavailable, err)
	}
	return key, err
}

// credential is the key that was presented in either of the two headers.
func credential(authorization, header string) (string, error) {
	scheme, bearer, _ := strings.Cut(authorization, " ")
	bearer = strings.TrimSpace(bearer)
	switch {
	case authorization == "" && header == "":
		return "", unauthenticated("an API key is needed: Authorization: Bearer KEY")
	case authorization == "":
		return header, nil
	case !strings.EqualFold(scheme, "Bearer"):
		return "", unauthenticated("Authorization must be Bearer KEY")
	case header != "" && header != bearer:
		return "", unauthenticated("Authorization and X-Api-Key hold different keys")
	}
	return bearer, nil
}

// keyContext is the key of a context's access.Key.
type keyContext struct{}

func keyOf(ctx context.Context) access.Key {
	key, _ := ctx.Value(keyContext{}).(access.Key)
	return key
}

// caller is who the rules take the key for.
func caller(key access.Key) links.Caller {
	return links.Caller{ID: key.UserID, Workspace: key.Workspace, Admin: key.Allows(access.Admin)}
}
