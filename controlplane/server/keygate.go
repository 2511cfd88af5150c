package server

import (
	"context"
	"errors"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// gatedKeys looks API keys up behind a gate: who makes keys up must not bury the
// database, and finds out at once that it does not answer.
type gatedKeys struct {
	*store.Store
	gate *admission.Gate
}

// KeyByHash is access.Store's.
func (g gatedKeys) KeyByHash(ctx context.Context, hash [32]byte) (access.Key, error) {
	leave, err := g.gate.Enter(ctx)
	if err != nil {
		return access.Key{}, err
	}
	key, err := g.Store.KeyByHash(ctx, hash)
	leave(err != nil && !errors.Is(err, access.ErrNotFound) && !errors.Is(err, context.Canceled))
	return key, err
}
