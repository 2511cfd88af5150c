package cache_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/origin"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// TestNoGoingBack is promise 2 of the design: once a change was applied, or a
// newer version answered, nobody who asks afterwards is answered with an older
// one. Sixteen keys see racing commits, late, repeated and coalesced events,
// fills from a strongly consistent origin, evictions, shared slots and new
// epochs.
func TestNoGoingBack(t *testing.T) {
	for name, c := range map[string]conditions{
		"plain":    {},
		"one slot": {slots: 1},
		"crowded":  {slots: 1, churn: true},
		"evicting": {churn: true},
		"rebasing": {slots: 4, churn: true, rebase: true},
	} {
		t.Run(name, func(t *testing.T) {
			for range rounds {
				w := &world{conditions: c}
				w.run(t)
				if t.Failed() {
					return
				}
			}
		})
	}
}

const (
	rounds  = 20
	keys    = 16
	readers = 16
	commits = 600 // in one round
)

type conditions struct {
	slots  int  // 0: the default
	churn  bool // evict all the time
	rebase bool // begin epochs
}

// world is one round: fresh keys, which nobody has created yet.
type world struct {
	conditions
	t      *testing.T
	cache  *cache.Cache
	origin *origin.Origin
	events chan event
	over   chan struct{}
	links  [keys]struct {
		committed atomic.Uint64 // version in the truth
		applied   atomic.Uint64 // version that the edge has applied
		missed    atomic.Uint64 // version that an epoch's beginning made suspect
		answered  atomic.Uint64 // newest version that anybody was answered with
	}
}

type event struct {
	key     int
	version uint64
}

func (w *world) run(t *testing.T) {
	w.t, w.events, w.over = t, make(chan event, 64), make(chan struct{})
	var err error
	if w.cache, err = cache.New(cache.Options{Bytes: 1 << 20, Slots: w.slots}); err != nil {
		t.Fatal(err)
	}
	if w.origin, err = origin.New(origin.Options{Cache: w.cache, Resolver: w}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range readers {
		wg.Go(w.read)
	}
	if w.churn {
		wg.Go(w.evict)
	}
	wg.Go(w.commit)
	wg.Go(w.follow)
	wg.Wait()
	w.origin.Stop()
	w.cache.Close()
}

// commit raises versions and tells the feed.
func (w *world) commit() {
	defer close(w.events)
	for range commits {
		// A few keys change most, so that changes of one key crowd.
		k := rand.IntN(1 + rand.IntN(keys))
		w.events <- event{k, w.links[k].committed.Add(1)}
		pause(20)
	}
}

// follow applies the events late and in bursts, skips versions that a later
// event of the burst supersedes, and repeats itself as a reconnected watch does.
func (w *world) follow() {
	defer close(w.over)
	var past []event
	for {
		burst, more := w.burst()
		if w.rebase && rand.IntN(20) == 0 {
			w.lose(burst)
			continue
		}
		if rand.IntN(4) == 0 {
			w.create()
		}
		if len(past) > 0 && rand.IntN(4) == 0 {
			burst = append(past[rand.IntN(len(past)):], burst...)
		}
		for i, e := range burst {
			if !superseded(e, burst[i+1:]) || rand.IntN(2) == 0 {
				w.apply(e)
			}
		}
		past = burst
		if !more {
			return
		}
	}
}

// lose is what a compacted feed does: nobody ever learns of these changes.
func (w *world) lose(burst []event) {
	w.cache.Rebase()
	for _, e := range burst {
		raise(&w.links[e.key].missed, e.version)
	}
}

// create applies the creation of a link that nobody asks for, which makes
// absences that share its slot, and their fills, start over.
func (w *world) create() {
	l, err := record(link.Key{Domain: "new.example", Code: "code"}, 1, "").ToLink()
	if err != nil {
		w.t.Error(err)
	}
	w.cache.Apply(&l)
}

func (w *world) burst() (events []event, more bool) {
	for n := 1 + rand.IntN(8); n > 0; n-- {
		e, ok := <-w.events
		if !ok {
			return events, false
		}
		events = append(events, e)
	}
	pause(200)
	return events, true
}

func superseded(e event, later []event) bool {
	for _, l := range later {
		if l.key == e.key {
			return true
		}
	}
	return false
}

func (w *world) apply(e event) {
	l, err := w.record(e.key, e.version).ToLink()
	if err != nil {
		w.t.Error(err)
		return
	}
	if rand.IntN(10) == 0 {
		w.cache.Invalidate(l.Key) // its record arrived damaged
	} else {
		w.cache.Apply(&l)
	}
	raise(&w.links[e.key].applied, e.version)
}

// read asks for random keys as the handler does and checks each answer.
func (w *world) read() {
	for {
		select {
		case <-w.over:
			return
		default:
		}
		k := rand.IntN(1 + rand.IntN(keys))
		link := &w.links[k]
		applied, answered, missed := link.applied.Load(), link.answered.Load(), link.missed.Load()
		got, how, ok := w.lookUp(key(k))
		if !ok {
			continue
		}
		if got < applied || got < max(answered, missed) && how != cache.Suspect {
			w.t.Errorf("key %d: answered version %d (outcome %d) after version %d was applied, %d answered, %d lost",
				k, got, how, applied, answered, missed)
			return
		}
		raise(&link.answered, got)
		pause(20) // or the readers take the processor from all that races with them
	}
}

func (w *world) lookUp(k link.Key) (version uint64, how cache.Outcome, ok bool) {
	e, how := w.cache.Find(k.Domain, []byte(k.Code), time.Now().UnixMilli())
	if how == cache.Suspect {
		w.origin.Revalidate(k)
	}
	if how == cache.Miss {
		var err error
		if e, _, err = w.origin.Fill(context.Background(), k, 0); err != nil {
			return 0, how, false // overtaken eight times in a row: 503
		}
	}
	if e == nil {
		return 0, how, true
	}
	return e.Version(), how, true
}

// evict looks up other links, so large that ristretto has to evict.
func (w *world) evict() {
	for i := 0; ; i++ {
		select {
		case <-w.over:
			return
		default:
		}
		k := link.Key{Domain: "other.example", Code: fmt.Sprint("c", i%400)}
		if _, how, _ := w.lookUp(k); how != cache.Hit {
			pause(50)
		}
	}
}

// Resolve makes the world the strongly consistent origin.
func (w *world) Resolve(_ context.Context, k link.Key) (*wire.Record, error) {
	pause(60)
	if k.Domain != key(0).Domain {
		return record(k, 1, strings.Repeat("x", 8000)), nil
	}
	var i int
	fmt.Sscanf(k.Code, "code%d", &i)
	version := w.links[i].committed.Load()
	pause(300)
	if version == 0 {
		return nil, nil
	}
	return w.record(i, version), nil
}

func (w *world) record(k int, version uint64) *wire.Record { return record(key(k), version, "") }

func record(k link.Key, version uint64, path string) *wire.Record {
	return &wire.Record{
		Domain: k.Domain, Code: k.Code, Version: version, Redirect: 302,
		Status: wire.Status_STATUS_ACTIVE, Url: "https://target.example/" + path,
	}
}

func key(i int) link.Key { return link.Key{Domain: "a.example", Code: fmt.Sprint("code", i)} }

func raise(a *atomic.Uint64, to uint64) {
	for old := a.Load(); old < to && !a.CompareAndSwap(old, to); old = a.Load() {
	}
}

// pause stands for a network or a scheduler: up to n microseconds.
func pause(n int) {
	if d := rand.IntN(n); d > n/3 {
		time.Sleep(time.Duration(d) * time.Microsecond)
	}
}
