package receipts_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/receipts"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// meeting is a Feed in memory that several books share.
type meeting struct {
	mu      sync.Mutex
	present []*wire.Presence
	hearers []chan *wire.Applied
}

func (m *meeting) Edges(context.Context) ([]*wire.Presence, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]*wire.Presence{}, m.present...), nil
}

func (m *meeting) ShareApplied(_ context.Context, reports []*wire.Applied) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range reports {
		for _, h := range m.hearers {
			h <- r
		}
	}
	return nil
}

func (m *meeting) FollowApplied(ctx context.Context, hear func(*wire.Applied)) {
	h := make(chan *wire.Applied, 1000)
	m.mu.Lock()
	m.hearers = append(m.hearers, h)
	m.mu.Unlock()
	for {
		select {
		case r := <-h:
			hear(r)
		case <-ctx.Done():
			return
		}
	}
}

func (m *meeting) followers() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.hearers)
}

// open opens a book that shares at m.
func open(t *testing.T, m *meeting) *receipts.Book {
	t.Helper()
	b, err := receipts.New(receipts.Options{Feed: m, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	before := m.followers()
	b.Start()
	t.Cleanup(func() { _ = b.Stop(context.Background()) })
	for m.followers() == before {
		time.Sleep(time.Millisecond)
	}
	return b
}

func fleet(ids ...string) *meeting {
	m := new(meeting)
	for _, id := range ids {
		m.present = append(m.present, &wire.Presence{Id: id, Region: "r"})
	}
	return m
}

func report(t *testing.T, b *receipts.Book, edge string, revision, at int64) {
	t.Helper()
	if err := b.Report(t.Context(), &wire.Applied{Edge: edge, Revision: revision, At: at}); err != nil {
		t.Fatal(err)
	}
}

// wait waits for a receipt up to d.
func wait(t *testing.T, b *receipts.Book, revision int64, d time.Duration) receipts.Receipt {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	r, err := b.Wait(ctx, revision)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Edges report to different replicas, and each replica knows of all.
func TestAnyReplicaAnswers(t *testing.T) {
	m := fleet("a", "b")
	one, two := open(t, m), open(t, m)
	report(t, one, "a", 10, 1000)
	report(t, two, "b", 12, 1001)
	for _, b := range []*receipts.Book{one, two} {
		r := wait(t, b, 10, 10*time.Second)
		if !r.Complete() || r.Edges[0].At != 1000 || r.Edges[1].At != 1001 {
			t.Errorf("receipt %+v", r)
		}
	}
	report(t, one, "a", 20, 1002)
	if r := wait(t, two, 20, 50*time.Millisecond); r.Complete() || r.Edges[1].Applied {
		t.Errorf("b has not applied 20: %+v", r)
	}
}

// What comes late by the other way changes nothing, and what a replaced feed
// counts anew is not taken for what the old one counted.
func TestReportsAreTakenInOrder(t *testing.T) {
	b := open(t, fleet("a"))
	report(t, b, "a", 10, 1000)
	report(t, b, "a", 30, 1002)
	report(t, b, "a", 20, 1001)
	if r := wait(t, b, 30, 10*time.Second); !r.Complete() || r.Edges[0].At != 1002 {
		t.Errorf("receipt %+v", r)
	}
	if r := wait(t, b, 7, time.Second); r.Edges[0].At != 1000 {
		t.Errorf("revision 7 was reached by the report of 10: %+v", r)
	}
	report(t, b, "a", 5, 1003) // a restored feed
	if r := wait(t, b, 30, time.Millisecond); r.Complete() {
		t.Errorf("a revision of a history that is gone: %+v", r)
	}
}

// A server that stops does not wait for edges.
func TestEndAnswersAll(t *testing.T) {
	b := open(t, fleet("a"))
	answered := make(chan receipts.Receipt)
	go func() { answered <- wait(t, b, 10, time.Hour) }()
	b.End()
	b.End()
	for range 2 {
		if r := <-answered; r.Complete() || len(r.Edges) != 1 {
			t.Errorf("receipt %+v", r)
		}
		go func() { answered <- wait(t, b, 10, time.Hour) }()
	}
	<-answered
}

// An edge that is gone does not stay in memory for ever.
func TestEdgesAreForgotten(t *testing.T) {
	var passed atomic.Int64
	b, err := receipts.New(receipts.Options{
		Feed: fleet("a", "b"), Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
		Now: func() time.Time { return time.Now().Add(time.Duration(passed.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	known := func(edge string, at int64) (known []string) {
		t.Helper()
		report(t, b, edge, 1, at)
		all, err := b.Edges(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if e.Last != nil {
				known = append(known, e.Presence.GetId())
			}
		}
		return known
	}
	known("a", 1)
	passed.Add(int64(50 * time.Minute))
	if got := known("b", 2); len(got) != 2 {
		t.Errorf("known %v", got)
	}
	passed.Add(int64(50 * time.Minute))
	if got := known("c", 3); len(got) != 1 || got[0] != "b" {
		t.Errorf("known %v", got)
	}
}

type published struct{ revision int64 }

func (p published) Publish(_ context.Context, _ string, committed []*links.Link) {
	for _, l := range committed {
		l.Revision = p.revision
	}
}

// Who wishes it waits until every edge has applied all that it wrote, and no longer.
func TestWishWaits(t *testing.T) {
	m := fleet("a", "b")
	b := open(t, m)
	report(t, b, "a", 9, 1)
	var told []string
	ctx := receipts.With(t.Context(), func(applied, live int, known bool) { told = append(told, fmt.Sprint(applied, live, known)) })
	b.Await(ctx) // nothing was written
	for _, revision := range []int64{10, 8} {
		receipts.Publisher{Next: published{revision}, Book: b}.Publish(ctx, "", []*links.Link{new(links.Link)})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Await(ctx)
	}()
	report(t, b, "a", 10, 2)
	select {
	case <-done:
		t.Error("it did not wait for b")
	case <-time.After(50 * time.Millisecond):
	}
	report(t, b, "b", 11, 3)
	<-done
	receipts.Publisher{Next: published{0}, Book: b}.Publish(ctx, "", []*links.Link{new(links.Link)}) // etcd does not answer
	b.Await(ctx)
	if want := []string{"2 2 true", "2 2 false"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
