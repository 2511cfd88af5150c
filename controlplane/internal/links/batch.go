package links

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Result is what became of one Draft of many: one of the two is nil.
type Result struct {
	Made *Made
	Err  error // as of Create
}

const (
	// BatchLinks and ImportLinks bound one transaction, and so what others wait
	// for it. In a larger one, more of the links share the pages that it writes.
	BatchLinks  = 250
	ImportLinks = 1000
	// batchesAtOnce bounds a replica's transactions of many links. More of them do not
	// get more done: they wait for each other at the ends of the indexes, at a fifth
	// more of the database's time for each link.
	batchesAtOnce = 4
	// importsAtOnce bounds those of imports, which take no turn of anybody who waits
	// for one link.
	importsAtOnce = 2
)

// manner is how many links are made.
type manner struct {
	atOnce  int // in one transaction
	store   func(ctx context.Context, b *batch)
	publish func(ctx context.Context, block string, committed ...*Link)
}

// CreateAll makes many links, in few transactions, and gives a result for each
// draft, in order. A draft that is refused fails alone. If the database fails,
// the drafts that were in hand fail with ErrUnavailable, and whether they were
// created is open. Each transaction may take as long as within.
func (l *Links) CreateAll(ctx context.Context, by Caller, drafts []Draft, within time.Duration) []Result {
	return l.createAll(ctx, by, drafts, manner{
		BatchLinks, func(ctx context.Context, b *batch) { b.storeInTurn(ctx, within, l.turns) }, l.publish,
	})
}

// Import is CreateAll for links that come from elsewhere in great numbers: the
// outbox tells the edges of them in its own time, so that changes that matter
// now are not held up. A draft that patience lets try again still makes one link.
func (l *Links) Import(ctx context.Context, by Caller, drafts []Draft, p Patience) []Result {
	return l.createAll(ctx, by, drafts, manner{
		ImportLinks, func(ctx context.Context, b *batch) { b.persist(ctx, p, l.imports) }, func(context.Context, string, ...*Link) {},
	})
}

func (l *Links) createAll(ctx context.Context, by Caller, drafts []Draft, m manner) []Result {
	results := make([]Result, len(drafts))
	var published sync.WaitGroup
	for from := 0; from < len(drafts); from += m.atOnce {
		to := min(from+m.atOnce, len(drafts))
		b := &batch{links: l, drafts: drafts[from:to], results: results[from:to]}
		b.draw(by)
		m.store(ctx, b)
		published.Go(func() { // while the next are stored
			for _, c := range b.committed {
				m.publish(ctx, c.block, c.links...)
			}
		})
		if b.failed != nil {
			giveUp(results[to:], b.failed)
			break
		}
	}
	published.Wait()
	return results
}

// giveUp leaves alone what would fail as well, and only after as long a wait.
func giveUp(results []Result, err error) {
	for i := range results {
		results[i].Err = err
	}
}

// batch is the drafts of one transaction.
type batch struct {
	links     *Links
	drafts    []Draft
	results   []Result
	todo      []int // indexes of drafts that are still to be stored
	drawn     []*Link
	committed []together
	failed    error // of the database, at the last attempt
	open      bool  // what is to be stored may have been, by an attempt that failed
}

// together is links that one transaction created.
type together struct {
	block string // how the outbox names them
	links []*Link
}

func (b *batch) draw(by Caller) {
	b.drawn = make([]*Link, len(b.drafts))
	now := b.links.Now().UnixMilli() // one for all: links of one time share entries of the index
	for i, d := range b.drafts {
		drawn, err := b.links.draw(by, d, now)
		if err != nil {
			b.results[i].Err = err
			continue
		}
		b.drawn[i] = drawn
		b.todo = append(b.todo, i)
	}
}

// storeInTurn is store as one of few at once.
func (b *batch) storeInTurn(ctx context.Context, within time.Duration, turns chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	b.failed = nil
	select {
	case turns <- struct{}{}:
		defer func() { <-turns }()
		b.store(ctx)
	case <-ctx.Done():
		b.fail(classed("waiting to create links", ctx.Err()))
	}
}

// store tries until every generated code was free.
func (b *batch) store(ctx context.Context) {
	for range maxMints {
		if len(b.todo) == 0 {
			return
		}
		if err := b.try(ctx); err != nil {
			b.fail(classed("creating links", err))
			return
		}
	}
	b.fail(errNoCode())
}

func (b *batch) fail(err error) {
	b.failed = err
	for _, i := range b.todo {
		b.results[i].Err = err
	}
}

// try stores what is to be stored, and leaves what met a taken code.
func (b *batch) try(ctx context.Context) error {
	entries := make([]Entry, len(b.todo))
	for n, i := range b.todo {
		if !b.drawn[i].Custom && !b.open {
			if err := b.links.mint(ctx, b.drawn[i]); err != nil {
				return err
			}
		}
		entries[n] = Entry{Link: b.drawn[i], Reuse: b.drafts[i].Reuse, Again: b.open && !b.drawn[i].Custom}
	}
	outcomes, block, err := b.links.Store.CreateLinks(ctx, entries)
	if b.open = err != nil; b.open {
		return err
	}
	var left []int
	created := together{block: block}
	for n, i := range b.todo {
		if errors.Is(outcomes[n].Err, ErrTaken) && !b.drawn[i].Custom {
			left = append(left, i)
			continue
		}
		if outcomes[n] == (Outcome{}) {
			created.links = append(created.links, b.drawn[i])
		}
		b.settle(i, outcomes[n])
	}
	b.todo, b.committed = left, append(b.committed, created)
	return nil
}

func (b *batch) settle(i int, outcome Outcome) {
	switch {
	case outcome.Err != nil:
		b.results[i] = Result{Err: classed("creating link", outcome.Err)}
	case outcome.Existing != nil:
		// A code that was drawn for this link is nobody else's.
		ours := !b.drawn[i].Custom && outcome.Existing.Key == b.drawn[i].Key
		b.results[i] = Result{Made: &Made{Link: outcome.Existing, Existed: !ours}}
	default:
		made := b.drawn[i]
		b.results[i] = Result{Made: &Made{Link: made, Warnings: append(warnHost("long_url", made.URL), warnHost("expired_url", made.ExpiredURL)...)}}
	}
}
