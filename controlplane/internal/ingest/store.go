package ingest

import (
	"context"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Result is what became of a batch.
type Result struct {
	Duplicate bool // it had been booked before, and was not booked again
	// Conflict: its number was booked with another digest, or is beyond the last
	// one of its epoch. It was not booked, and never will be.
	Conflict bool
	// Rivals: the batch shows that two processes ship under its edge's name. Said
	// once an hour at most; it has no bearing on what is booked.
	Rivals bool
}

// Store adds clicks up.
type Store interface {
	// AddBatches notes each batch's number (edge, epoch, sequence) with its digest
	// and adds the counts of those whose number is new to minutes, totals and the
	// journal of what is to go into hours and days, all in one transaction. The results are in the order of batches.
	// So it may be repeated until it answers, in any company.
	AddBatches(ctx context.Context, batches []*wire.Batch) ([]Result, error)
	// Salt gives the day's salt, which is fresh if there was none. Idempotent.
	Salt(ctx context.Context, day int64, fresh []byte) ([]byte, error)
}

// Keeper is what a store's old clicks are looked after with. All of it may run on
// several replicas at once, may be repeated, and takes bounded transactions. Each says
// whether there is more to do.
type Keeper interface {
	// PostJournal adds to hours and days what the journal holds for them.
	PostJournal(ctx context.Context) (more bool, err error)
	// RollUp adds to hours, days and totals what the build before has added to
	// minutes alone.
	RollUp(ctx context.Context) (more bool, err error)
	// FoldBatches forgets the numbers of batches that were booked more than a week
	// ago, where the epoch's floor can say that all up to it are booked.
	FoldBatches(ctx context.Context) (more bool, err error)
	// ForgetEdges forgets edges that ended more than a week ago.
	ForgetEdges(ctx context.Context) (more bool, err error)
	// PruneClicks removes minutes, hours and days that are older than their domain
	// keeps them.
	PruneClicks(ctx context.Context) (more bool, err error)
	// ForgetSalts forgets the salts of days that are over.
	ForgetSalts(ctx context.Context) (more bool, err error)
}
