package counter

import (
	"context"
	"errors"
)

// Lease is a writer's wish for numbers that nobody else will have.
type Lease struct {
	// Writer is who will mint from the range; it is recorded with the lease.
	Writer string
	// Region is where the writer runs. Writers of one region start on the same
	// shards, so that a shard's row can live near them.
	Region string
	// Length is the length of the codes that the numbers are for; each length
	// counts for itself.
	Length int
	// Size is how many numbers are wanted. The answer may hold fewer.
	Size uint64
}

// Range is the numbers from First up to, not including, First + Size.
type Range struct {
	Shard       int
	First, Size uint64
}

// Granted is a lease as it is kept.
type Granted struct {
	Range
	Writer, Region string
	Length         int
	At             int64 // Unix milliseconds
}

// Issuer leases ranges.
type Issuer interface {
	// LeaseRange gives a range that nobody else was given or ever will be. It is
	// not idempotent: each call leases another range, and one whose answer is
	// lost is wasted, never reissued.
	LeaseRange(ctx context.Context, l Lease) (Range, error)
}

// ErrExhausted: a shard has no numbers left, or, from an Issuer, no shard has.
var ErrExhausted = errors.New("no numbers are left")

// Shard is one shard of a length's numbers: [First, End).
type Shard struct {
	Index      int
	First, End uint64
}

// Store keeps where each shard's next range starts.
type Store interface {
	// LeaseShard takes up to l.Size numbers from the shard and records the lease,
	// in one transaction. ErrExhausted if none are left. Not idempotent: what an
	// unanswered call has taken is not given again.
	LeaseShard(ctx context.Context, s Shard, l Lease) (Range, error)
	// Shards gives where each shard's next range starts, by length and shard; those
	// that were never leased from are left out. Safe to retry.
	Shards(ctx context.Context) ([]Next, error)
	// Setting reads a setting, or stores what initial gives and answers with it.
	// Whoever stores first decides for all. Idempotent.
	Setting(ctx context.Context, name string, initial func() ([]byte, error)) ([]byte, error)
}
