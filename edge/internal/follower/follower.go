package follower

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/redirect"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Follower is a feed.Sink: the feed calls it from one goroutine. What it learned
// may be asked for from any.
type Follower struct {
	options Options
	metrics *metrics

	hosts     atomic.Pointer[redirect.Hosts]
	revision  atomic.Int64
	confirmed atomic.Pointer[time.Time] // nil: never
	rebased   chan struct{}             // capacity 1: there is a new epoch
	told      atomic.Bool               // whether the feed has told the domains
	applied   atomic.Int64              // everything up to this revision is applied
	news      chan struct{}             // holds one: applied has risen
	domains   map[string]*wire.Domain   // owned by the feed's goroutine
}

// New makes a Follower that knows nothing yet but Options.Domains.
func New(o Options) (*Follower, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	f := &Follower{options: o, metrics: newMetrics(), rebased: make(chan struct{}, 1), domains: make(map[string]*wire.Domain)}
	for _, d := range o.Domains {
		f.domains[d.GetName()] = d
	}
	if len(o.Domains) > 0 {
		f.serve(o.Domains)
	}
	f.news = make(chan struct{}, 1)
	return f, nil
}

// Hosts implements redirect.View.
func (f *Follower) Hosts() *redirect.Hosts { return f.hosts.Load() }

// Rebased tells that an epoch has begun since it was last received from, so that
// everything in memory was suspect then. It has one receiver.
func (f *Follower) Rebased() <-chan struct{} { return f.rebased }

// Strict says whether all links of a domain are.
func (f *Follower) Strict(domain string) bool {
	hosts := f.hosts.Load()
	if hosts == nil {
		return false
	}
	d := hosts.Find([]byte(domain))
	return d != nil && d.Strict
}

// Rebase implements feed.Sink. A feed without any domain is one that was lost
// and that the control plane has not filled again: there is always a default
// domain. Until it has, this edge goes on serving the domains that it knows.
func (f *Follower) Rebase(revision int64, domains []*wire.Domain) {
	// The larder last: what is kept as of its new epoch was asked for in memory's.
	f.options.Cache.Rebase()
	f.options.Larder.Rebase()
	if len(domains) > 0 {
		clear(f.domains)
		for _, d := range domains {
			f.domains[d.GetName()] = d
		}
		f.publish()
	}
	first := f.revision.Swap(revision) == 0
	select {
	case f.rebased <- struct{}{}:
	default:
	}
	if !first {
		f.options.Logger.Warn("changes of the feed were missed; what is in memory is asked for anew", "revision", revision, "domains", len(domains))
	}
}

// Link implements feed.Sink.
func (f *Follower) Link(revision int64, r *wire.Record) {
	l, err := r.ToLink()
	if err != nil {
		f.metrics.malformed.Add(1)
		f.options.Logger.Warn("a record in the feed must not be served", "revision", revision, "error", err)
		f.invalidate(link.Key{Domain: r.GetDomain(), Code: r.GetCode()})
	} else {
		f.both(func() { f.options.Larder.Change(&l, r.GetChangedAt()) }, func() { f.options.Cache.Apply(&l) })
	}
	f.revision.Store(revision)
	if changed := r.GetChangedAt(); changed > 0 {
		// Two machines' clocks: a negative age means none.
		f.metrics.apply.Observe(max(0, f.options.Now().Sub(time.UnixMilli(changed)).Seconds()))
	}
}

// Domain implements feed.Sink.
func (f *Follower) Domain(revision int64, d *wire.Domain) {
	// The feed may repeat itself.
	if held := f.domains[d.GetName()]; held == nil || held.GetVersion() <= d.GetVersion() {
		f.domains[d.GetName()] = d
		f.publish()
	}
	f.revision.Store(revision)
}

// DomainGone implements feed.Sink.
func (f *Follower) DomainGone(revision int64, name string) {
	delete(f.domains, name)
	f.publish()
	f.revision.Store(revision)
}

// Malformed implements feed.Sink.
func (f *Follower) Malformed(revision int64, key string, err error) {
	f.metrics.malformed.Add(1)
	f.options.Logger.Warn("a value in the feed cannot be read", "revision", revision, "key", key, "error", err)
	if _, name, ok := strings.Cut(key, "/links/"); ok {
		if domain, code, ok := strings.Cut(name, "/"); ok {
			f.invalidate(link.Key{Domain: domain, Code: code})
		}
	}
	f.revision.Store(revision)
}

// Confirm implements feed.Sink.
func (f *Follower) Confirm(revision int64, asOf time.Time) {
	f.options.Cache.Confirm(asOf.UnixMilli())
	f.options.Larder.Confirm(asOf.UnixMilli())
	f.confirmed.Store(&asOf)
	f.revision.Store(max(f.revision.Load(), revision))
	f.applied.Store(revision)
}

// invalidate makes a link be asked for anew.
func (f *Follower) invalidate(key link.Key) {
	f.both(func() { f.options.Larder.Drop(key) }, func() { f.options.Cache.Invalidate(key) })
}

// both tells the larder first, so that what memory shows is on disk and nobody
// can find the old version there once memory has dropped it. A fill that ended
// in between has kept the old version after all; it is told again.
func (f *Follower) both(tell, apply func()) {
	before := f.options.Larder.Kept()
	tell()
	apply()
	if f.options.Larder.Kept() != before {
		tell()
	}
}

// publish makes the table of hosts anew.
func (f *Follower) publish() {
	// In order, so that the same domains always give the same table.
	domains := slices.SortedFunc(maps.Values(f.domains), func(a, b *wire.Domain) int { return cmp.Compare(a.GetName(), b.GetName()) })
	f.serve(domains)
	f.told.Store(true)
	f.options.Larder.SetDomains(domains)
}

func (f *Follower) serve(domains []*wire.Domain) {
	hosts, problems := redirect.NewHosts(domains)
	for _, p := range problems {
		f.options.Logger.Warn("a domain's setting is left out", "error", p)
	}
	f.hosts.Store(hosts)
}
