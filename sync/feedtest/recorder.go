package feedtest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Recorder is a sink that remembers what it was told.
type Recorder struct {
	mu        sync.Mutex
	rebases   int
	links     map[link.Key]uint64 // the newest version seen since the last Rebase
	puts      map[link.Key][]uint64
	domains   map[string]uint64
	malformed []string
	revision  int64
	delivered int64
	asOf      time.Time
	changed   chan struct{} // closed and replaced with every call
}

// NewRecorder makes an empty one.
func NewRecorder() *Recorder {
	return &Recorder{links: map[link.Key]uint64{}, puts: map[link.Key][]uint64{}, domains: map[string]uint64{}, changed: make(chan struct{})}
}

// Follow runs c.Follow into a new Recorder until the test ends or stop is called.
func Follow(tb testing.TB, c *feed.Client) (r *Recorder, stop func()) {
	r = NewRecorder()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Follow(ctx, r)
	}()
	stop = func() { cancel(); <-done }
	tb.Cleanup(stop)
	return r, stop
}

func (r *Recorder) tell(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
	close(r.changed)
	r.changed = make(chan struct{})
}

// Rebase implements feed.Sink.
func (r *Recorder) Rebase(revision int64, domains []*wire.Domain) {
	r.tell(func() {
		r.rebases++
		r.revision = revision
		r.asOf = time.Time{}
		clear(r.links)
		clear(r.domains)
		for _, d := range domains {
			r.domains[d.GetName()] = d.GetVersion()
		}
	})
}

// Link implements feed.Sink.
func (r *Recorder) Link(_ int64, rec *wire.Record) {
	r.tell(func() {
		k := link.Key{Domain: rec.GetDomain(), Code: rec.GetCode()}
		r.links[k] = max(r.links[k], rec.GetVersion())
		r.puts[k] = append(r.puts[k], rec.GetVersion())
	})
}

// Domain implements feed.Sink.
func (r *Recorder) Domain(_ int64, d *wire.Domain) {
	r.tell(func() { r.domains[d.GetName()] = d.GetVersion() })
}

// DomainGone implements feed.Sink.
func (r *Recorder) DomainGone(_ int64, name string) {
	r.tell(func() { delete(r.domains, name) })
}

// Malformed implements feed.Sink.
func (r *Recorder) Malformed(_ int64, key string, _ error) {
	r.tell(func() { r.malformed = append(r.malformed, key) })
}

// Delivered implements feed.Sink.
func (r *Recorder) Delivered(revision int64) {
	r.tell(func() { r.delivered = revision })
}

// Confirm implements feed.Sink.
func (r *Recorder) Confirm(revision int64, asOf time.Time) {
	r.tell(func() { r.revision, r.asOf = revision, asOf })
}

// wait ends when holds does, and fails the test after a generous time.
func (r *Recorder) wait(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	deadline := time.After(30 * time.Second)
	for {
		r.mu.Lock()
		ok, changed := holds(), r.changed
		state := fmt.Sprintf("rebases %d, links %v, domains %v, malformed %v, revision %d", r.rebases, r.links, r.domains, r.malformed, r.revision)
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			tb.Fatalf("still waiting for %s; have %s", what, state)
		}
	}
}

// WaitLink waits until the follower has seen this version of a link or a newer one.
func (r *Recorder) WaitLink(tb testing.TB, k link.Key, version uint64) {
	tb.Helper()
	r.wait(tb, fmt.Sprintf("%s version %d", k, version), func() bool { return r.links[k] >= version })
}

// WaitConfirmed waits for a view that is confirmed as of a moment after the call.
func (r *Recorder) WaitConfirmed(tb testing.TB) {
	tb.Helper()
	now := time.Now()
	r.wait(tb, "a confirmation", func() bool { return r.asOf.After(now) })
}

// Rebases is how often the follower has started afresh.
func (r *Recorder) Rebases() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rebases
}

// Puts is the versions of a link in the order in which they came.
func (r *Recorder) Puts(k link.Key) []uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.puts[k])
}
