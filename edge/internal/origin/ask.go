package origin

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// question is what one flight is about.
type question struct {
	key       link.Key
	notBefore int64 // Unix milliseconds
	larder    bool  // whether the larder's answer will do
	// When it was asked, by the clock, the cache's stamps and the larder's epochs.
	asked  int64
	ticket cache.Ticket
	epoch  uint64
}

// answer is what a flight brings to all who share it.
type answer struct {
	entry   *cache.Entry
	outcome cache.Outcome // Hit, Absent, Suspect from the larder, or Miss for overtaken
}

// suits says whether a is what q asks for.
func (o *Origin) suits(a answer, q question) bool {
	return a.outcome == cache.Absent || a.outcome == cache.Hit && o.options.Cache.KnownAt(a.entry) >= q.notBefore
}

// kept is what the larder had.
type kept struct {
	link    link.Link
	knownAt int64
}

// ask puts the question to the resolver, unless a flight that ended just before
// this one began has brought the answer. All that may store an answer about one
// key under one stamp happens in one flight at a time, this one: the larder's
// answer could otherwise be stored after the resolver's.
func (o *Origin) ask(q question) (answer, error) {
	found, outcome := o.options.Cache.Find(q.key.Domain, []byte(q.key.Code), o.options.Now().UnixMilli())
	if a := (answer{found, outcome}); o.suits(a, q) {
		return a, nil
	}
	ctx, cancel := context.WithTimeout(o.lifetime, o.options.Deadline)
	defer cancel()
	var old atomic.Pointer[kept]
	patience := time.AfterFunc(o.options.Patience, func() {
		if k := o.look(q); k != nil {
			old.Store(k)
			cancel() // the entry is suspect: its first visitor makes us ask again
		}
	})
	record, err := o.resolve(ctx, q.key)
	patience.Stop()
	if err == nil {
		return o.take(q, record)
	}
	k := old.Load()
	if k == nil {
		k = o.look(q)
	}
	if k == nil {
		o.metrics.failed.Add(1)
		return answer{}, err
	}
	return o.restore(q, k)
}

// resolve asks when it is this question's turn.
func (o *Origin) resolve(ctx context.Context, key link.Key) (*wire.Record, error) {
	if err := o.turns.take(ctx); err != nil {
		return nil, err
	}
	defer o.turns.give()
	return o.options.Resolver.Resolve(ctx, key)
}

// take stores what the resolver answered.
func (o *Origin) take(q question, record *wire.Record) (answer, error) {
	c := o.options.Cache
	if record == nil {
		o.metrics.absent.Add(1)
		o.forget(q.key)
		e, outcome := c.Complete(q.ticket, nil)
		return answer{e, outcome}, nil
	}
	l, err := record.ToLink()
	if err != nil || l.Key != q.key {
		o.metrics.refused.Add(1)
		o.forget(q.key)
		return answer{nil, c.Refuse(q.ticket)}, nil
	}
	e, outcome := c.CompleteAnd(q.ticket, &l, func() { o.options.Larder.Keep(&l, q.epoch, q.asked) })
	o.metrics.found.Add(1)
	return answer{e, outcome}, nil
}

// forget drops what the larder has of a link that there is none of any more. It
// looks first, so that a flood of unknown codes writes nothing.
func (o *Origin) forget(key link.Key) {
	if _, _, ok := o.options.Larder.Look(key); ok {
		o.options.Larder.Drop(key)
	}
}

// look gives what the larder has and the question's visitor may be answered
// with, or nil.
func (o *Origin) look(q question) *kept {
	if !q.larder || o.options.Strict(q.key.Domain) {
		return nil
	}
	l, knownAt, ok := o.options.Larder.Look(q.key)
	if !ok || l.Strict {
		return nil
	}
	return &kept{l, knownAt}
}

func (o *Origin) restore(q question, k *kept) (answer, error) {
	e, outcome := o.options.Cache.Restore(q.ticket, &k.link, k.knownAt)
	if outcome == cache.Absent {
		o.metrics.failed.Add(1)
		return answer{}, errors.New("the larder has only an older version than memory had")
	}
	o.metrics.kept.Add(1)
	return answer{e, outcome}, nil
}
