package server

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// The database is asked for a sign of life so often, and may take so long.
const (
	pingEvery  = 250 * time.Millisecond
	pingWithin = time.Second
)

// health knows whether this server should get traffic, without asking anybody
// at that moment.
type health struct {
	store *store.Store
	gates []*admission.Gate     // closed while the database gives no sign of life
	state atomic.Pointer[error] // nil pointer: not started, or stopping
}

var errNotServing = errors.New("not serving: starting or stopping")

// ready is nil if the server should get traffic.
func (h *health) ready() error {
	state := h.state.Load()
	if state == nil {
		return errNotServing
	}
	return *state
}

// check asks the database once.
func (h *health) check(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	err := h.store.Ping(ctx)
	if err != nil {
		err = fmt.Errorf("database: %w", err)
	}
	h.state.Store(&err)
	for _, g := range h.gates {
		g.Tell(err == nil)
	}
}

// run checks until ctx ends, and is not ready from then on.
func (h *health) run(ctx context.Context) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		h.check(ctx)
		select {
		case <-ctx.Done():
			h.state.Store(nil)
			return
		case <-ticker.C:
		}
	}
}
