package server

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

// Audit is the audit of a database, for the command line: it needs no server
// that runs.
type Audit struct {
	store   *store.Store
	written audit.Head
}

// OpenAudit opens the database and brings it to this build's tables. head, if it
// is not "", is an end of the chain that was written down, NUMBER:HASH.
func OpenAudit(ctx context.Context, databaseURL, head string, log *slog.Logger) (*Audit, error) {
	var written audit.Head
	if head != "" {
		var err error
		if written, err = audit.ParseHead(head); err != nil {
			return nil, fmt.Errorf("--head: %w", err)
		}
	}
	k, err := OpenKeys(ctx, databaseURL, log)
	if err != nil {
		return nil, err
	}
	return &Audit{k.store, written}, nil
}

// Close gives the database back.
func (a *Audit) Close() error { return a.store.Close() }

// Verify follows the chain and says in a sentence what it has seen. The error
// names the first block that does not hold.
func (a *Audit) Verify(ctx context.Context) (report string, err error) {
	r, err := audit.Verify(ctx, a.store, a.written)
	if err != nil {
		return "", fmt.Errorf("verifying audit: %w", err)
	}
	return fmt.Sprintf("intact: %d entries in %d blocks, %d not sealed yet; head %s", r.Entries, r.Blocks, r.Unsealed, r.Head), nil
}
