package larder

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/loop"
	"github.com/fingerpost/fingerpost/sync/folder"
)

// handover is how often the larder is tried again while another process, which
// this one takes over from, still writes to it.
const handover = 200 * time.Millisecond

// stretch is how many pages are dealt with without a pause: about a millisecond. With
// more pauses, rounds would be late for who waits for them.
const stretch = 64

// write carries what is pending to the disk until ctx ends, and then once more.
func (l *Larder) write(ctx context.Context) {
	unlock, ok := l.own(ctx)
	if !ok {
		return
	}
	defer unlock()
	tick := time.NewTicker(l.options.SyncEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			l.settle()
			return
		case <-tick.C:
			l.settle()
		case <-l.wake:
			l.round()
		}
	}
}

// own waits until no other process writes to the larder. Two that did would undo
// each other's changes. ok is false if ctx ended first; what was pending is then
// lost, and known by the other process, which follows the same feed. Whatever else
// is in the way may pass, such as files that ran out, but is told of.
func (l *Larder) own(ctx context.Context) (unlock func() error, ok bool) {
	for {
		unlock, err := folder.Lock(l.options.Dir)
		if err == nil {
			l.notes.learn(l.store.load())
			return unlock, true
		}
		if !errors.Is(err, folder.ErrInUse) {
			l.complain("locking the larder failed", err)
		}
		select {
		case <-ctx.Done():
			return nil, false
		case <-time.After(handover):
		}
	}
}

// settle makes what is pending durable and then notes up to when the feed has
// vouched for it.
func (l *Larder) settle() {
	until := l.notes.copy() // before the round: it covers all that they vouch for
	l.round()
	if _, _, sound := l.desk.state(); !sound {
		return // a condemned page may hold what they do not cover
	}
	if err := l.file.sync(); err != nil {
		l.complain("syncing the larder failed", err)
		return
	}
	if err := l.store.save(until); err != nil {
		l.complain("noting the larder's freshness failed", err)
	}
}

// round carries what is pending now to the pages.
func (l *Larder) round() {
	if domains := l.domains.Swap(nil); domains != nil {
		if err := writeDomains(l.options.Dir, *domains); err != nil {
			l.complain("keeping the domains' settings failed", err)
		}
	}
	operations, cleared, ticket := l.desk.begin()
	byPage := make(map[int][]operation)
	for _, page := range cleared {
		byPage[page] = nil
	}
	for key, op := range operations {
		page := pageOf(hashOf(key), l.file.pages)
		byPage[page] = append(byPage[page], op)
	}
	for n, page := range slices.Sorted(maps.Keys(byPage)) {
		if n%stretch == stretch-1 {
			loop.Yield()
		}
		_, clear := slices.BinarySearch(cleared, page)
		if err := l.rewrite(page, byPage[page], clear); err != nil {
			l.desk.failed(page, len(byPage[page]))
			l.complain("writing the larder failed", err)
		} else if clear {
			l.desk.cleared(page)
		}
	}
	l.desk.end(ticket)
}

// rewrite applies operations to a page. One that is to be cleared counts as
// empty before.
func (l *Larder) rewrite(page int, operations []operation, clear bool) error {
	var records [][]byte
	old := l.before[:]
	if clear {
		old = nil
	} else {
		if err := l.file.read(page, old); err != nil {
			return err
		}
		records, _ = scan(old)
	}
	for _, op := range operations {
		records = apply(records, op)
	}
	records, evicted := shrink(records, l.options.Hot)
	fill(l.after[:], records)
	l.metrics.evicted.Add(uint64(evicted))
	l.metrics.written.Add(uint64(len(operations)))
	return l.file.write(page, old, l.after[:])
}

// apply gives the records after op. One that is replaced keeps its place, so
// that a change of the same length touches one block.
func apply(records [][]byte, op operation) [][]byte {
	key := op.record.link.Key
	hash := hashOf(key)
	at, held := find(records, key, hash)
	r, ok := op.on(held, at >= 0)
	var raw []byte
	if ok {
		raw = encode(&r, hash) // nil: too long for any page
	}
	switch {
	case raw == nil:
		return without(records, key, hash)
	case at >= 0:
		records[at] = raw
		return records
	}
	return append(records, raw)
}

func (l *Larder) complain(what string, err error) {
	if l.metrics.errors.Add(1) == 1 || l.options.Now().Sub(l.metrics.complained) > time.Minute {
		l.metrics.complained = l.options.Now()
		l.options.Logger.Warn(what+"; the edge serves on, and restarts with less", "error", err)
	}
}
