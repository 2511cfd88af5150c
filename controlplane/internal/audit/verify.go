package audit

import (
	"context"
	"fmt"
)

// Report is what a verification has seen.
type Report struct {
	Blocks, Entries int64
	Unsealed        int // entries that are too new to be in a block; counted up to 1,000
	Head            Head
}

// Broken says where the chain does not hold.
type Broken struct {
	Block  int64
	Reason string
}

func (b *Broken) Error() string { return fmt.Sprintf("block %d: %s", b.Block, b.Reason) }

// readBlocks is how many blocks are read at once.
const readBlocks = 500

// Verify follows the chain from its first block to its last. A *Broken names
// the first block that was tampered with; any other error means that the store did
// not answer. written, if it is not zero, is a head that was written down: the
// chain must run through it.
func Verify(ctx context.Context, store Store, written Head) (r Report, err error) {
	for more := true; more; {
		if more, err = r.advance(ctx, store, written); err != nil {
			return r, err
		}
	}
	if written.Number > r.Head.Number {
		return r, &Broken{r.Head.Number + 1, fmt.Sprintf("is missing; the chain was written down up to %d", written.Number)}
	}
	unsealed, err := store.BlockEntries(ctx, 0, sealLimit)
	if err != nil {
		return r, fmt.Errorf("counting entries that are not sealed: %w", err)
	}
	r.Unsealed = len(unsealed)
	return r, nil
}

// advance follows the next blocks, and says whether there may be more.
func (r *Report) advance(ctx context.Context, store Store, written Head) (more bool, err error) {
	// Before the blocks: what was sealed meanwhile has its block by then.
	left, err := store.BlockEntries(ctx, r.Head.Number+1, 1)
	if err != nil {
		return false, fmt.Errorf("reading entries of block %d: %w", r.Head.Number+1, err)
	}
	blocks, err := store.ReadBlocks(ctx, r.Head.Number, readBlocks)
	if err != nil {
		return false, fmt.Errorf("reading blocks: %w", err)
	}
	if len(blocks) == 0 && len(left) > 0 {
		return false, &Broken{r.Head.Number + 1, "is missing, and its entries are left"}
	}
	for i := range blocks {
		if err := r.follow(ctx, store, &blocks[i], written); err != nil {
			return false, err
		}
	}
	return len(blocks) > 0, nil
}

// follow holds b to the chain so far.
func (r *Report) follow(ctx context.Context, store Store, b *Block, written Head) error {
	entries, err := store.BlockEntries(ctx, b.Number, sealLimit+1)
	if err != nil {
		return fmt.Errorf("reading entries of block %d: %w", b.Number, err)
	}
	switch {
	case b.Number != r.Head.Number+1:
		return &Broken{r.Head.Number + 1, "is missing"}
	case b.Previous != r.Head.Hash:
		return &Broken{b.Number, "does not continue the block before"}
	case len(entries) != b.Entries:
		return &Broken{b.Number, fmt.Sprintf("has %d entries and was sealed with %d", len(entries), b.Entries)}
	case b.sum(entries) != b.Hash:
		return &Broken{b.Number, "or an entry in it was altered"}
	case b.Number == written.Number && b.Hash != written.Hash:
		return &Broken{b.Number, "is not the one that was written down"}
	}
	r.Blocks++
	r.Entries += int64(len(entries))
	r.Head = b.Head()
	return nil
}
