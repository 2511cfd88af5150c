package outbox

import (
	"context"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Change says that a link reached a version that may not be in the feed yet.
type Change struct {
	Key     link.Key
	Version uint64
}

// Published says that the feed holds a version of a link, or a newer one, at a
// revision.
type Published struct {
	Key      link.Key
	Version  uint64
	Revision int64
	// InBlock: no change of its own speaks of this version.
	InBlock bool
}

// Block is links that were created together, none of which may be in the feed yet.
type Block struct {
	ID   string
	Keys []link.Key
}

// Store keeps what is still to be published: a row for every committed change, or
// one for all links that one transaction created.
type Store interface {
	// ClaimChanges gives up to limit of the oldest changes that were committed at
	// least olderThan ago and that nobody holds, and holds them for claimFor. Two
	// callers never get the same change while it is held.
	ClaimChanges(ctx context.Context, olderThan, claimFor time.Duration, limit int) ([]Change, error)
	// ReadLinks reads links as they are now, in any order; one that never was is
	// left out. Safe to retry.
	ReadLinks(ctx context.Context, keys []link.Key) ([]*links.Link, error)
	// MarkPublished forgets all changes of each link up to the published version,
	// and notes the revision at the link if it still has that version. Idempotent.
	MarkPublished(ctx context.Context, published []Published) error
	// ClaimBlock is ClaimChanges for the oldest block; nil if there is none.
	ClaimBlock(ctx context.Context, olderThan, claimFor time.Duration) (*Block, error)
	// ForgetBlocks forgets blocks all of whose links are published. Idempotent.
	ForgetBlocks(ctx context.Context, ids []string) error
	// PendingChanges counts the changes that are left, with the links of blocks, up
	// to 100,000 of the former: more are not worth counting.
	PendingChanges(ctx context.Context) (int, error)
}

// Publisher puts records into the feed; feed.Client is one.
type Publisher interface {
	// PublishLinks puts each of up to feed.MaxBatch records unless the feed holds
	// this or a newer version of the link, and says at which revision it holds it.
	// Idempotent.
	PublishLinks(ctx context.Context, records []*wire.Record) []feed.Publication
}
