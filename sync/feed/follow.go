package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// Sink is told what happens on the feed, by one goroutine, in order. Its
// methods must not block for long: while one runs, nothing else is heard.
type Sink interface {
	// Rebase says that the view starts afresh at revision: at the first
	// attachment, and when changes may have been missed (history compacted, or
	// another history at the same address). All that was learnt before, and all
	// that is being fetched from elsewhere at this moment, is suspect. domains is the
	// complete set.
	Rebase(revision int64, domains []*wire.Domain)
	// Link delivers a record. It may come again, and it was not validated.
	Link(revision int64, r *wire.Record)
	// Domain delivers the settings of one domain. They may come again.
	Domain(revision int64, d *wire.Domain)
	// DomainGone says that a domain was removed.
	DomainGone(revision int64, name string)
	// Malformed says that the value at key could not be read; nothing else
	// changes.
	Malformed(revision int64, key string, err error)
	// Delivered says that every change up to revision was delivered; several
	// changes may share a revision.
	Delivered(revision int64)
	// Confirm says that all changes up to revision were delivered, and that
	// etcd knew of no others at asOf.
	Confirm(revision int64, asOf time.Time)
}

const (
	progressEvery = 500 * time.Millisecond
	// silence is how long a watch may say nothing, asked or not, before it is
	// taken for dead.
	silence       = 2 * time.Second
	attachTimeout = 2 * time.Second
)

// errHistory says that the watch cannot go on from where it was.
var errHistory = errors.New("the feed's history has a gap")

// Follow delivers the feed to sink until ctx ends. It reconnects by itself,
// for ever.
func (c *Client) Follow(ctx context.Context, sink Sink) {
	f := &follower{client: c, sink: sink}
	for attempt := 0; ctx.Err() == nil; attempt++ {
		heard, err := f.attach(ctx)
		if ctx.Err() != nil {
			return
		}
		if heard {
			attempt = 0
		}
		if attempt == 0 {
			c.log.Warn("feed lost", "error", err)
		}
		if errors.Is(err, errHistory) {
			f.anchor = nil
			continue
		}
		pause(ctx, min(50*time.Millisecond<<min(attempt, 5), time.Second))
	}
}

// follower is the state of one Follow, owned by its goroutine.
type follower struct {
	client *Client
	sink   Sink

	cluster uint64 // etcd's cluster ID at the last Rebase
	rebased int64  // etcd's revision then
	from    int64  // where a watch begins: at the anchor, if there is one
	// anchor is the last put that was delivered since the last Rebase. A resumed
	// watch begins with its revision, which holds the puts of one transaction, and
	// it must be among them, the same again, to the lease. Without one there is
	// nothing to resume.
	anchor *mvccpb.KeyValue
}

// attach watches until the watch fails; heard says whether it came about.
func (f *follower) attach(ctx context.Context) (heard bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	reading, stop := context.WithTimeout(ctx, attachTimeout)
	base, err := f.client.etcd.Get(reading, domainsAt, clientv3.WithPrefix())
	stop()
	if err != nil {
		return false, fmt.Errorf("reading domains: %w", err)
	}
	if !f.resumable(base.Header.GetClusterId(), base.Header.GetRevision()) {
		f.rebase(base)
	}
	w, err := f.client.openWatch(ctx, f.from)
	if err != nil {
		return false, err
	}
	defer w.wait()
	defer cancel()
	return true, f.follow(ctx, w)
}

// resumable says whether a watch may go on where the last one ended; the watch
// itself then proves that the history is the same.
func (f *follower) resumable(cluster uint64, revision int64) bool {
	return f.anchor != nil && cluster == f.cluster && revision >= f.from
}

// rebase starts afresh from a complete read of the domains.
func (f *follower) rebase(base *clientv3.GetResponse) {
	f.cluster = base.Header.GetClusterId()
	f.from = base.Header.GetRevision()
	f.rebased = f.from
	f.anchor = nil
	var domains []*wire.Domain
	for _, kv := range base.Kvs {
		d, err := decodeDomain(string(kv.Key), kv.Value)
		if err != nil {
			f.sink.Malformed(kv.ModRevision, string(kv.Key), err)
			continue
		}
		domains = append(domains, d)
	}
	f.sink.Rebase(f.from, domains)
}

// follow reads one watch until it fails.
func (f *follower) follow(ctx context.Context, w *watch) error {
	clock := time.NewTicker(progressEvery)
	defer clock.Stop()
	h := hearing{proven: f.anchor == nil, last: f.client.now(), due: true}
	for {
		if err := h.ask(w, f.client.now()); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-clock.C:
			if f.client.now().Sub(h.last) > silence {
				return fmt.Errorf("etcd was silent for %v", silence)
			}
			h.due = true
		case m, ok := <-w.messages:
			if !ok {
				return w.err()
			}
			h.last = f.client.now()
			if err := f.hear(&h, m); err != nil {
				return err
			}
		}
	}
}

// hearing is what is known of one watch.
type hearing struct {
	proven bool      // its history is the one that was followed before
	last   time.Time // when it said anything
	asked  time.Time // when the oldest unanswered progress request was sent
	due    bool      // another request should be sent
}

// ask requests progress at the start and with each tick of the clock. Requests
// that etcd ignores because it is still sending older events are asked again;
// an answer counts as of the oldest of them.
func (h *hearing) ask(w *watch, now time.Time) error {
	if !h.due {
		return nil
	}
	h.due = false
	if h.asked.IsZero() {
		h.asked = now
	}
	return w.requestProgress()
}

// hear acts on one message.
func (f *follower) hear(h *hearing, m message) error {
	switch {
	case m.compacted:
		return fmt.Errorf("%w: compacted", errHistory)
	case m.cluster != f.cluster:
		return fmt.Errorf("%w: another cluster", errHistory)
	case len(m.events) > 0:
		if !h.proven && !slices.ContainsFunc(m.events, f.isAnchor) {
			return fmt.Errorf("%w: the last event is not in it", errHistory)
		}
		h.proven = true
		for _, e := range m.events {
			if f.tellsOfLoss(e) {
				return fmt.Errorf("%w: etcd went back", errHistory)
			}
			f.deliver(e)
		}
		// etcd never cuts a message within a revision.
		f.sink.Delivered(m.events[len(m.events)-1].GetKv().GetModRevision())
	case m.progress && !h.proven:
		return fmt.Errorf("%w: the last event is not in it", errHistory)
	case m.progress && !h.asked.IsZero():
		f.sink.Confirm(m.revision, h.asked)
		h.asked = time.Time{}
	}
	return nil
}

// isAnchor says whether e is the event that was delivered last. Lease and
// counters are compared too: a different history may well put the same value.
func (f *follower) isAnchor(e *mvccpb.Event) bool {
	a, kv := f.anchor, e.GetKv()
	return e.GetType() == mvccpb.Event_PUT &&
		bytes.Equal(kv.GetKey(), a.GetKey()) && bytes.Equal(kv.GetValue(), a.GetValue()) &&
		kv.GetModRevision() == a.GetModRevision() && kv.GetCreateRevision() == a.GetCreateRevision() &&
		kv.GetVersion() == a.GetVersion() && kv.GetLease() == a.GetLease()
}

// tellsOfLoss says whether e is a publisher's word that etcd went back, and this
// follower has not started afresh since.
func (f *follower) tellsOfLoss(e *mvccpb.Event) bool {
	return string(e.GetKv().GetKey()) == historyAt && e.GetKv().GetModRevision() > f.rebased
}

// deliver hands one event to the sink.
func (f *follower) deliver(e *mvccpb.Event) {
	kv := e.GetKv()
	key, revision := string(kv.GetKey()), kv.GetModRevision()
	put := e.GetType() == mvccpb.Event_PUT
	if put {
		f.anchor, f.from = kv, revision
	}
	switch {
	case strings.HasPrefix(key, linksAt):
		if !put {
			return // its lease ran out; the link stands
		}
		r, err := decodeRecord(key, kv.GetValue())
		if err != nil {
			f.sink.Malformed(revision, key, err)
			return
		}
		f.sink.Link(revision, r)
	case strings.HasPrefix(key, domainsAt):
		if !put {
			f.sink.DomainGone(revision, strings.TrimPrefix(key, domainsAt))
			return
		}
		d, err := decodeDomain(key, kv.GetValue())
		if err != nil {
			f.sink.Malformed(revision, key, err)
			return
		}
		f.sink.Domain(revision, d)
	}
}

// pause waits for about d, or until ctx ends. The jitter keeps a fleet that
// lost its feed at one moment from coming back at one moment.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d/2 + rand.N(d))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
