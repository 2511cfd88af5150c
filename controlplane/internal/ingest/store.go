package ingest

import (
	"context"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Store adds clicks up.
type Store interface {
	// AddBatch notes the batch's number (edge, epoch, sequence) and adds its
	// counts, in one transaction. A number that was noted before means a
	// duplicate: nothing is added. So it may be repeated until it answers.
	AddBatch(ctx context.Context, b *wire.Batch) (duplicate bool, err error)
}
