package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/outbox"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeFeed is a Publisher that keeps the newest record of each link, as the real one
// does, and what each link was published as before.
type fakeFeed struct {
	mu       sync.Mutex
	revision int64
	newest   map[string]uint64
	calls    int
	// fault decides before each call: whether the record is kept, and the answer.
	fault func(call int) (kept bool, err error)
}

func newFeed() *fakeFeed {
	return &fakeFeed{newest: map[string]uint64{}, fault: func(int) (bool, error) { return true, nil }}
}

func (f *fakeFeed) PublishLinks(_ context.Context, records []*wire.Record) []feed.Publication {
	all := make([]feed.Publication, len(records))
	for i, r := range records {
		all[i].Revision, all[i].Err = f.publish(r)
	}
	return all
}

func (f *fakeFeed) publish(r *wire.Record) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	kept, err := f.fault(f.calls)
	if kept && f.newest[r.GetCode()] < r.GetVersion() {
		f.revision++
		f.newest[r.GetCode()] = r.GetVersion()
	}
	return f.revision, err
}

func (f *fakeFeed) set(fault func(call int) (bool, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

func (f *fakeFeed) holds(code string) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.newest[code]
}

// openStore opens a store whose clock runs ten times as fast as others, so that
// a claim lasts one second.
func openStore(t *testing.T) *store.Store {
	t.Helper()
	began := time.Now()
	return openStoreAt(t, func() time.Time { return began.Add(10 * time.Since(began)) })
}

// standstill is the time of a store in which nothing grows ripe for the sweep. What
// is written to it has this time, too: the sweep also takes what is from the future.
var standstill = time.Now()

func openUnripe(t *testing.T) *store.Store {
	t.Helper()
	return openStoreAt(t, func() time.Time { return standstill })
}

func openStoreAt(t *testing.T, now func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "db"), Logger: slog.New(slog.DiscardHandler), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func start(t *testing.T, s outbox.Store, p outbox.Publisher) *outbox.Outbox {
	t.Helper()
	o, err := outbox.New(outbox.Options{Store: s, Publisher: p, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	o.Start()
	return o
}

func stop(t *testing.T, o *outbox.Outbox) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := o.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func create(t *testing.T, s *store.Store, code string, at time.Time) *links.Link {
	t.Helper()
	now := at.UnixMilli()
	l := &links.Link{Link: link.Link{Key: link.Key{Domain: "go.example", Code: code}, URL: "https://example.org", Status: link.Active, Redirect: 302}, CreatedAt: now, UpdatedAt: now}
	if err := s.CreateLink(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	return l
}

// createTogether creates links in one transaction.
func createTogether(t *testing.T, s *store.Store, n int, at time.Time) (block string, all []*links.Link) {
	t.Helper()
	now := at.UnixMilli()
	entries := make([]links.Entry, n)
	for i := range entries {
		l := &links.Link{Link: link.Link{Key: link.Key{Domain: "go.example", Code: fmt.Sprint("together", i)}, URL: "https://example.org", Status: link.Active, Redirect: 302}, CreatedAt: now, UpdatedAt: now}
		entries[i].Link = l
		all = append(all, l)
	}
	_, block, err := s.CreateLinks(t.Context(), entries)
	if err != nil || block == "" {
		t.Fatalf("block %q, %v", block, err)
	}
	return block, all
}

func change(t *testing.T, s *store.Store, key link.Key) *links.Link {
	t.Helper()
	l, err := s.ChangeLink(t.Context(), key, func(l *links.Link) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func publish(t *testing.T, o *outbox.Outbox, all ...*links.Link) {
	t.Helper()
	o.Publish(t.Context(), "", all)
}

// emptied waits until the outbox holds nothing.
func emptied(t *testing.T, s *store.Store) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		pending, err := s.PendingChanges(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if pending == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d changes are left", pending)
		}
	}
}

func TestPublishedChangesAreMarkedByTheStop(t *testing.T) {
	s, f := openUnripe(t), newFeed()
	o := start(t, s, f)
	for i := range 20 {
		l := create(t, s, fmt.Sprint("code", i), standstill)
		if publish(t, o, l); l.Revision != int64(i+1) {
			t.Fatalf("revision %d", l.Revision)
		}
	}
	stop(t, o)
	if pending, err := s.PendingChanges(t.Context()); pending != 0 || err != nil {
		t.Errorf("%d changes are left (%v)", pending, err)
	}
	for i := range 20 {
		l, err := s.ReadLink(t.Context(), link.Key{Domain: "go.example", Code: fmt.Sprint("code", i)})
		if err != nil || l.Revision != int64(i+1) {
			t.Errorf("link %d has revision %d (%v)", i, l.Revision, err)
		}
	}
}

// What was created together is forgotten together, once all of it is in the feed and
// marked.
func TestBlocks(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault func(call int) (kept bool, err error)
		left  int
	}{
		{"all are published", func(int) (bool, error) { return true, nil }, 0},
		{"one fails", func(call int) (bool, error) {
			if call == 150 {
				return false, errors.New("refused")
			}
			return true, nil
		}, 300},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, f := openUnripe(t), newFeed()
			f.set(tc.fault)
			o := start(t, s, f)
			block, all := createTogether(t, s, 300, standstill)
			o.Publish(t.Context(), block, all)
			stop(t, o)
			if pending, err := s.PendingChanges(t.Context()); pending != tc.left || err != nil {
				t.Errorf("%d changes are left (%v), want %d", pending, err, tc.left)
			}
			for _, l := range all {
				if got, err := s.ReadLink(t.Context(), l.Key); err != nil || got.Revision != l.Revision {
					t.Fatalf("%s has revision %d (%v), want %d", l.Key, got.Revision, err, l.Revision)
				}
			}
		})
	}
}

// A block whose writer died before it could publish it is published by another.
func TestBlocksAreSwept(t *testing.T) {
	s, f := openStore(t), newFeed()
	_, all := createTogether(t, s, 300, time.Now())
	o := start(t, s, f)
	defer stop(t, o)
	emptied(t, s)
	for _, l := range all {
		if f.holds(l.Code) != 1 {
			t.Fatalf("the feed lacks %s", l.Key)
		}
	}
}

// Whatever fails on the way, each link ends in the feed at its newest version.
func TestEveryChangeReachesTheFeed(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault func(call int) (kept bool, err error)
	}{
		{"nothing fails", func(int) (bool, error) { return true, nil }},
		{"a third fails and is not kept", func(call int) (bool, error) { return call%3 != 0, lost(call) }},
		{"a third fails but is kept", func(call int) (bool, error) { return true, lost(call) }},
		{"the first ten fail", func(call int) (bool, error) {
			if call <= 10 {
				return false, errors.New("down")
			}
			return true, nil
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, f := openStore(t), newFeed()
			f.set(tc.fault)
			a, b := start(t, s, f), start(t, s, f) // two replicas
			defer stop(t, a)
			defer stop(t, b)
			for i := range 40 {
				l := create(t, s, fmt.Sprint("code", i), time.Now())
				publish(t, a, l)
				for range i % 4 {
					l = change(t, s, l.Key)
					if i%2 == 0 { // every second change is committed by a replica that dies there
						publish(t, b, l)
					}
				}
			}
			emptied(t, s)
			for i := range 40 {
				code := fmt.Sprint("code", i)
				if got, want := f.holds(code), uint64(1+i%4); got != want {
					t.Errorf("the feed holds version %d of %s, want %d", got, code, want)
				}
			}
		})
	}
}

func lost(call int) error {
	if call%3 == 0 {
		return errors.New("connection lost")
	}
	return nil
}

// One link that the feed never takes must not keep others from it.
func TestOneRefusedLinkHoldsUpNoOther(t *testing.T) {
	s := openStore(t)
	refusing := refuser{newFeed()}
	create(t, s, "poison", time.Now())
	for i := range 20 {
		create(t, s, fmt.Sprint("code", i), time.Now())
	}
	o := start(t, s, refusing)
	defer stop(t, o)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		pending, err := s.PendingChanges(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if pending == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d changes are left", pending)
		}
	}
}

type refuser struct{ *fakeFeed }

func (r refuser) PublishLinks(ctx context.Context, records []*wire.Record) []feed.Publication {
	all := r.fakeFeed.PublishLinks(ctx, records)
	for i, record := range records {
		if record.GetCode() == "poison" {
			all[i] = feed.Publication{Err: errors.New("record is too large")}
		}
	}
	return all
}

// gatedFeed holds all batches until release is closed.
type gatedFeed struct {
	*fakeFeed
	begun   chan struct{} // a value for each batch
	release chan struct{}
	sizes   []int // under mu
}

func (g *gatedFeed) PublishLinks(ctx context.Context, records []*wire.Record) []feed.Publication {
	g.mu.Lock()
	g.sizes = append(g.sizes, len(records))
	g.mu.Unlock()
	g.begun <- struct{}{}
	<-g.release
	return g.fakeFeed.PublishLinks(ctx, records)
}

// What is committed while the feed is busy goes to it together.
func TestConcurrentChangesShareABatch(t *testing.T) {
	g := &gatedFeed{fakeFeed: newFeed(), begun: make(chan struct{}, 100), release: make(chan struct{})}
	o, err := outbox.New(outbox.Options{Store: openStore(t), Publisher: g, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	o.Start()
	l := &links.Link{Link: link.Link{Key: link.Key{Domain: "go.example", Code: "code"}, Version: 1}}
	var group sync.WaitGroup
	writers := func(n int) {
		for range n {
			// They wait half a second only; what they began goes on.
			group.Go(func() { publish(t, o, &links.Link{Link: l.Link}) })
		}
	}
	writers(1) // a lone change goes at once
	<-g.begun
	for range 3 { // enough for another batch beside those that are under way
		writers(16)
		<-g.begun
	}
	writers(30)
	for deadline := time.Now().Add(10 * time.Second); outbox.Queued(o) < 30; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d are queued", outbox.Queued(o))
		}
	}
	close(g.release)
	group.Wait()
	stop(t, o)
	if want := []int{1, 16, 16, 16, 30}; !slices.Equal(g.sizes, want) {
		t.Errorf("batches of %v, want %v", g.sizes, want)
	}
}

// Links of one transaction go together, in as few batches as the feed takes.
func TestManyLinksArePublishedTogether(t *testing.T) {
	s, f := openStore(t), newFeed()
	o := start(t, s, f)
	defer stop(t, o)
	all := make([]*links.Link, 2*feed.MaxBatch+1)
	for i := range all {
		all[i] = &links.Link{Link: link.Link{Key: link.Key{Domain: "go.example", Code: fmt.Sprint("code", i)}, Version: 1}}
	}
	publish(t, o, all...)
	for _, l := range all {
		if l.Revision == 0 || f.holds(l.Code) != 1 {
			t.Fatalf("%s has revision %d, and the feed version %d", l.Code, l.Revision, f.holds(l.Code))
		}
	}
}

// A feed that is slower than writers does not make the queue grow for ever: what
// finds no room is left to the sweep.
func TestQueueIsBounded(t *testing.T) {
	g := &gatedFeed{fakeFeed: newFeed(), begun: make(chan struct{}, 1000), release: make(chan struct{})}
	o, err := outbox.New(outbox.Options{Store: openStore(t), Publisher: g, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	o.Start()
	hurried, cancel := context.WithCancel(t.Context())
	cancel()
	many := slices.Repeat([]*links.Link{{Link: link.Link{Key: link.Key{Domain: "go.example", Code: "code"}, Version: 1}}}, 1000)
	for range 20 {
		o.Publish(hurried, "", many)
	}
	if queued := outbox.Queued(o); queued < 1000 || queued > outbox.QueueLimit {
		t.Errorf("%d records are queued", queued)
	}
	close(g.release)
	stop(t, o)
}

// With the feed down, writers soon stop asking it.
func TestFeedDownCostsWritersNothing(t *testing.T) {
	s, f := openStore(t), newFeed()
	f.set(func(int) (bool, error) { return false, errors.New("down") })
	o, err := outbox.New(outbox.Options{Store: s, Publisher: f, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	l := create(t, s, "code", time.Now())
	for range 1000 {
		if publish(t, o, l); l.Revision != 0 {
			t.Fatalf("published at revision %d", l.Revision)
		}
	}
	if f.calls > 50 { // three, and one for each second that this took
		t.Errorf("the feed was asked %d times", f.calls)
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	full := outbox.Options{Store: openStore(t), Publisher: newFeed(), Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()}
	for field, edit := range map[string]func(*outbox.Options){
		"Store":      func(o *outbox.Options) { o.Store = nil },
		"Publisher":  func(o *outbox.Options) { o.Publisher = nil },
		"Logger":     func(o *outbox.Options) { o.Logger = nil },
		"Registerer": func(o *outbox.Options) { o.Registerer = nil },
	} {
		t.Run(field, func(t *testing.T) {
			o := full
			edit(&o)
			if _, err := outbox.New(o); err == nil || !strings.Contains(err.Error(), field) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// What the feed takes after its writer has given up is marked all the same.
func TestLatePublicationsAreMarked(t *testing.T) {
	s := openUnripe(t)
	g := &gatedFeed{fakeFeed: newFeed(), begun: make(chan struct{}, 1), release: make(chan struct{})}
	o, err := outbox.New(outbox.Options{Store: s, Publisher: g, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	l := create(t, s, "late", standstill)
	ctx, giveUp := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		if o.Publish(ctx, "", []*links.Link{l}); l.Revision != 0 {
			t.Errorf("the writer heard of revision %d", l.Revision)
		}
	})
	<-g.begun
	giveUp()
	group.Wait()
	close(g.release)
	o.Start()
	stop(t, o)
	if got, err := s.ReadLink(t.Context(), l.Key); err != nil || got.Revision != 1 {
		t.Errorf("revision %d (%v)", got.Revision, err)
	}
}
