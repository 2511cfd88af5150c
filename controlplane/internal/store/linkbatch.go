package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// batchChunk bounds the links of one INSERT.
const batchChunk = 128

// CreateLinks is links.Store's.
func (s *Store) CreateLinks(ctx context.Context, all []links.Entry) (outcomes []links.Outcome, block string, err error) {
	var b *batch
	claims := claimsOf(all)
	err = s.inChange(ctx, "links", func(ctx context.Context, tx *sql.Tx) error {
		b = &batch{store: s, tx: tx, all: all, outcomes: make([]links.Outcome, len(all)), fresh: make([]links.Link, len(all)), leaders: make(map[int]int)}
		b.claims = claims
		for i, n := range all {
			b.fresh[i] = *n.Link
			b.fresh[i].Version, b.fresh[i].Revision = 1, 0
		}
		return b.run(ctx)
	})
	if err != nil {
		return nil, "", fmt.Errorf("creating %d links: %w", len(all), err)
	}
	for i, n := range all {
		if b.outcomes[i] == (links.Outcome{}) {
			n.Link.Version, n.Link.Revision, n.Link.UpdatedAt = b.fresh[i].Version, 0, b.fresh[i].UpdatedAt
		}
	}
	return b.outcomes, b.block, nil
}

// batch is one attempt at CreateLinks.
type batch struct {
	store    *Store
	tx       *sql.Tx
	all      []links.Entry
	fresh    []links.Link    // what is written
	claims   []claim         // what each is a link for
	outcomes []links.Outcome // by index of all
	leaders  map[int]int     // who waits for what an earlier one creates
	block    string          // that announces those that are inserted; "" if each does that itself
}

func (b *batch) run(ctx context.Context) error {
	claims, err := b.claim(ctx)
	if err != nil {
		return err
	}
	insert, err := b.choose(ctx)
	if err != nil {
		return err
	}
	written, err := b.insert(ctx, insert)
	if err != nil {
		return err
	}
	for _, i := range insert {
		if !written[b.fresh[i].Key] {
			if err := b.revive(ctx, i); err != nil {
				return err
			}
		}
		written[b.fresh[i].Key] = false // a second one of this key in the batch is late
	}
	for i, leader := range b.leaders {
		if b.outcomes[leader].Err != nil {
			b.outcomes[i] = b.outcomes[leader]
		}
	}
	return b.release(ctx, claims)
}

// insert writes the links with the indexes given and says which keys were free.
// Of two of one key the first is written.
func (b *batch) insert(ctx context.Context, indexes []int) (written map[link.Key]bool, err error) {
	seen := make(map[link.Key]bool, len(indexes))
	var all []creation
	for _, i := range indexes {
		l := &b.fresh[i]
		if seen[l.Key] {
			continue
		}
		seen[l.Key] = true
		c, err := b.store.newCreation(ctx, l)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	var block args
	if len(all) > 1 {
		b.block, block = b.store.blockOf(all)
	}
	return b.store.insertLinks(ctx, b.tx, all, block)
}

// claim is what those who reuse one target wait for.
type claim struct{ fingerprint, domain, owner string }

// claimsOf gives each entry's claim, if anybody asks for one: a fingerprint
// costs some microseconds.
func claimsOf(all []links.Entry) []claim {
	claims := make([]claim, len(all))
	if !slices.ContainsFunc(all, func(n links.Entry) bool { return n.Reuse || n.Again }) {
		return claims
	}
	for i, n := range all {
		claims[i] = claimOf(n.Link)
	}
	return claims
}

func claimOf(l *links.Link) claim { return claim{links.TargetTerm(l.URL), l.Domain, l.Workspace} }

// claim inserts the claims in one order, lest two batches wait for each other.
func (b *batch) claim(ctx context.Context) ([]claim, error) {
	var claims []claim
	for i, n := range b.all {
		if n.Reuse {
			claims = append(claims, b.claims[i])
		}
	}
	slices.SortFunc(claims, func(x, y claim) int {
		return strings.Compare(x.fingerprint+x.domain+"\x00"+x.owner, y.fingerprint+y.domain+"\x00"+y.owner)
	})
	claims = slices.Compact(claims)
	err := b.claimed(claims, func(source string, a args) error {
		_, err := b.tx.ExecContext(ctx, `INSERT INTO target_claims (fingerprint, domain, owner) `+source, a...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claiming targets: %w", err)
	}
	return claims, nil
}

// release removes the claims again: a lock needs no row once its holder is done.
func (b *batch) release(ctx context.Context, claims []claim) error {
	err := b.claimed(claims, func(source string, a args) error {
		_, err := b.tx.ExecContext(ctx, `DELETE FROM target_claims WHERE (fingerprint, domain, owner) IN (`+source+`)`, a...)
		return err
	})
	if err != nil {
		return fmt.Errorf("releasing targets: %w", err)
	}
	return nil
}

func (b *batch) claimed(claims []claim, run func(source string, a args) error) error {
	var fingerprints, domains, owners []string
	for _, c := range claims {
		fingerprints, domains, owners = append(fingerprints, c.fingerprint), append(domains, c.domain), append(owners, c.owner)
	}
	return b.store.dialect.each(columns{fingerprints, domains, owners}, run)
}

// choose gives the indexes of those to insert: all but those whose target a link
// of the database, or an earlier one of the batch, redirects to.
func (b *batch) choose(ctx context.Context) (insert []int, err error) {
	found, err := b.existing(ctx)
	if err != nil {
		return nil, err
	}
	first := make(map[claim]int)
	for i, n := range b.all {
		held := found[b.claims[i]]
		switch leader, late := first[b.claims[i]]; {
		case !n.Reuse && !late:
			first[b.claims[i]] = i
		case !n.Reuse:
		case held != nil && (!n.Link.Custom || held.Code == n.Link.Code):
			b.outcomes[i].Existing = held
			continue
		case late && !n.Link.Custom:
			b.outcomes[i].Existing = &b.fresh[leader]
			b.leaders[i] = leader
			continue
		default:
			first[b.claims[i]] = i
		}
		insert = append(insert, i)
	}
	return insert, nil
}

// existing finds the links that redirect to the targets to reuse, the oldest of
// each target.
func (b *batch) existing(ctx context.Context) (map[claim]*links.Link, error) {
	keys, err := b.withTargets(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding targets: %w", err)
	}
	all, err := b.store.readLinks(ctx, b.tx, keys)
	if err != nil {
		return nil, fmt.Errorf("reading links to reuse: %w", err)
	}
	slices.SortFunc(all, func(x, y *links.Link) int {
		return cmp.Or(cmp.Compare(x.CreatedAt, y.CreatedAt), strings.Compare(x.Code, y.Code))
	})
	found := make(map[claim]*links.Link)
	now := b.store.now().UnixMilli()
	for _, l := range all {
		if held := claimOf(l); l.AnswerAt(now) == link.Redirect && found[held] == nil {
			found[held] = l
		}
	}
	return found, nil
}

// findTargets leads to links by their targets' terms. That those lie between = and >
// goes without saying, but not to PostgreSQL: in a table that it has not analyzed, as
// a first import fills it, it takes each term for so frequent that it would rather
// read the whole.
func (d dialect) findTargets(targets int) string {
	return `SELECT domain, code FROM link_terms WHERE term >= CAST('=' AS ` + d.bytes + `) AND term < CAST('>' AS ` + d.bytes + `)
 AND term IN ` + d.placeholders(1, targets, nil)
}

// withTargets gives the keys of all links with a target to reuse. They are read
// apart from the links: in one statement PostgreSQL takes a fingerprint for as
// frequent as words are, and would rather read every link than so many by key.
func (b *batch) withTargets(ctx context.Context) (keys []link.Key, err error) {
	targets := b.targets()
	for _, size := range chunks(len(targets), batchChunk) {
		rows, err := b.tx.QueryContext(ctx, b.store.dialect.findTargets(size), targets[:size]...)
		if err != nil {
			return nil, err
		}
		if err := eachKey(rows, func(key link.Key) { keys = append(keys, key) }); err != nil {
			return nil, err
		}
		targets = targets[size:]
	}
	return keys, nil
}

// targets gives the terms of the targets to reuse, each once.
func (b *batch) targets() args {
	var targets args
	seen := make(map[string]bool)
	for i := range b.all {
		term := b.claims[i].fingerprint
		if b.all[i].Reuse && !seen[term] {
			seen[term] = true
			targets = append(targets, []byte(term))
		}
	}
	return targets
}

// revive tries what could not be inserted as CreateLink does. An alias that leads
// to the target already is what a caller wanted who reuses, and a code what one has
// made who comes again.
func (b *batch) revive(ctx context.Context, i int) error {
	l := &b.fresh[i]
	err := b.store.revive(ctx, b.tx, l)
	if !errors.Is(err, links.ErrTaken) {
		return err
	}
	if b.all[i].Reuse && l.Custom || b.all[i].Again {
		held, err := b.store.lockLink(ctx, b.tx, l.Key)
		if err != nil {
			return err
		}
		if claimOf(held) == b.claims[i] && held.Status != link.Deleted {
			b.outcomes[i].Existing = held
			return nil
		}
	}
	b.outcomes[i].Err = links.ErrTaken
	return nil
}
