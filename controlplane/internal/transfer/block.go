package transfer

import (
	"context"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

const (
	// blocksAtOnce is how many blocks of an import are read, stored and waiting to be
	// told of: the database has work while the next is read.
	blocksAtOnce = 4
	// blockBytes bounds what the rows of a block were read from, and so the memory of
	// an import of the longest rows. A thousand usual rows have a tenth of it.
	blockBytes = 2 << 20
)

// block is the rows of one transaction.
type block struct {
	rows []Row
	size int             // bytes that they were read from
	keys map[string]bool // what they are about
	told chan struct{}   // closed when the import has told of it, and of all before it
}

func newBlock() *block {
	return &block{keys: make(map[string]bool), told: make(chan struct{})}
}

func (b *block) full() bool { return len(b.rows) == links.ImportLinks || b.size >= blockBytes }

// add takes a row, and notes the code that it asks for and the target that it would
// reuse: of two rows with one of these in common, the earlier comes first. Domains
// are left out: to wait in vain harms nobody.
func (b *block) add(row Row) {
	b.rows = append(b.rows, row)
	b.size += row.Size
	if row.Err != nil {
		return
	}
	if row.Draft.Alias != "" {
		b.keys[row.Draft.Alias] = true
	}
	if row.Draft.Reuse && row.Draft.Fields.URL != nil {
		b.keys[links.TargetTerm(*row.Draft.Fields.URL)] = true // starts with a sign that no code has
	}
}

// awaitRivals waits for blocks of before with a row that must come before one of b's.
func (b *block) awaitRivals(before []*block) {
	for _, other := range before {
		if other.shares(b) {
			<-other.told
		}
	}
}

func (b *block) shares(other *block) bool {
	for key := range b.keys {
		if other.keys[key] {
			return true
		}
	}
	return false
}

// first says whether it is the turn of the block behind before to tell.
func first(before []*block) bool {
	if len(before) == 0 {
		return true
	}
	select {
	case <-before[len(before)-1].told:
		return true
	default:
		return false
	}
}

// store makes links of the rows that are drafts, and gives a result for each. All
// have one time: then words that they share take one row of the index.
func (b *block) store(ctx context.Context, im *importing, waiting func(error)) []links.Result {
	now := im.Now().UnixMilli()
	drafts := make([]links.Draft, 0, len(b.rows))
	for _, row := range b.rows {
		if row.Err != nil {
			continue
		}
		d := row.Draft
		if d.CreatedAt == 0 {
			d.CreatedAt = now // also lets pass what has expired meanwhile
		}
		drafts = append(drafts, d)
	}
	return im.to.Import(ctx, im.By, drafts, links.Patience{Within: im.Deadline, For: im.Patience, Waiting: waiting})
}
