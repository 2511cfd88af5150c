package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
	"github.com/fingerpost/fingerpost/controlplane/internal/api"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

func gate(t *testing.T, slots int) *admission.Gate {
	t.Helper()
	g, err := admission.New(admission.Options{
		Name: "test", Slots: slots, Queue: 1, Wait: 50 * time.Millisecond, Trip: 2, Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// trickle sends a request up to the middle of its body, and waits until the
// server reads that.
func (f *fixture) trickle(key, path, body string, length int, header ...string) net.Conn {
	f.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { conn.Close() })
	// The server says so when it begins to read the body.
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n%s\r\n",
		path, key, length, strings.Join(append(header, ""), "\r\n"))
	begun := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	if _, err := io.ReadFull(conn, begun); err != nil || !strings.HasPrefix(string(begun), "HTTP/1.1 100") {
		f.t.Fatalf("%q, %v", begun, err)
	}
	fmt.Fprint(conn, body)
	return conn
}

// Who sends a body slowly, with a name or without, keeps nobody from the database.
func TestSlowBodies(t *testing.T) {
	f := startWith(t, func(o *api.Options) { o.Gate = gate(t, 1) })
	theirs := f.key(access.WriteURLs)
	f.trickle(theirs, "/api/v1/urls", "{", 100)
	f.trickle(theirs, "/api/v1/urls/bulk", "{", 100)
	f.trickle(theirs, "/api/v1/urls", "{", 100, "Idempotency-Key: 1")
	f.do("GET", "/api/v1/urls", "").want(t, 200, "", "")
	f.do("POST", "/api/v1/urls", created).want(t, 201, "", "")
	f.do("POST", "/api/v1/urls", created, "Idempotency-Key", "2").want(t, 201, "", "")
}

// lagging is an edge that applies nothing before the test says so.
type lagging struct {
	noEdges
	waits, applies chan struct{}
	writes         *sync.WaitGroup // that wait for it
}

func (l lagging) Await(ctx context.Context) {
	if ctx.Err() == nil {
		l.waits <- struct{}{}
		<-l.applies
	}
}

// startLagging starts an API with one place in its gate, and an edge that lags.
func startLagging(t *testing.T) (*fixture, *admission.Gate, lagging) {
	t.Helper()
	g, edge := gate(t, 1), lagging{waits: make(chan struct{}, 4), applies: make(chan struct{}), writes: new(sync.WaitGroup)}
	return startWith(t, func(o *api.Options) { o.Gate, o.Receipts = g, edge }), g, edge
}

// catchUp applies all, so that the writes end.
func (l lagging) catchUp() {
	close(l.applies)
	l.writes.Wait()
}

// Who waits for edges keeps nobody from the database.
func TestLaggingEdges(t *testing.T) {
	f, g, edge := startLagging(t)
	defer edge.catchUp()
	for _, header := range [][]string{nil, {"Idempotency-Key", "1"}} {
		edge.writes.Go(func() { f.do("POST", "/api/v1/urls?wait=edges", created, header...).want(t, 201, "", "") })
		<-edge.waits
		leave, err := g.Enter(t.Context())
		if err != nil {
			t.Fatalf("with %q: %v", header, err)
		}
		leave(false)
	}
}

// slow is a feed that takes nothing before the test says so.
type slow struct {
	silent
	waits, takes chan struct{}
}

func (s slow) Publish(ctx context.Context, block string, committed []*links.Link) {
	s.waits <- struct{}{}
	<-s.takes
	s.silent.Publish(ctx, block, committed)
}

// Who waits for the feed keeps nobody from the database.
func TestSlowFeed(t *testing.T) {
	feed := slow{waits: make(chan struct{}), takes: make(chan struct{})}
	f := startWith(t, func(o *api.Options) { o.Gate = gate(t, 1); o.Links.Publisher = api.Outside{Next: feed} })
	var writes sync.WaitGroup
	defer writes.Wait()
	defer close(feed.takes)
	for i, write := range []func(){
		func() {
			f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
		},
		func() { f.do("POST", "/api/v1/urls", created, "Idempotency-Key", "1").want(t, 201, "", "") },
		func() { f.do("POST", "/api/v1/urls/bulk", `{"items":[`+created+`]}`).want(t, 200, "", "") },
		func() { f.do("PATCH", "/api/v1/urls/mine", `{"title":"new"}`).want(t, 200, "", "") },
	} {
		writes.Go(write)
		<-feed.waits
		if a := f.do("GET", "/api/v1/urls", ""); a.status != 200 {
			t.Fatalf("while write %d waits: %d %s", i, a.status, a.body)
		}
	}
}

// Copies of a request that runs keep nobody from the database.
func TestA5CopiesWaitOutside(t *testing.T) {
	f, g, edge := startLagging(t)
	defer edge.catchUp()
	write := func() {
		f.do("POST", "/api/v1/urls?wait=edges", created, "Idempotency-Key", "1").want(t, 201, "", "")
	}
	edge.writes.Go(write)
	<-edge.waits
	for range 3 {
		edge.writes.Go(write)
	}
	for end := time.Now().Add(20 * time.Second); count("idempotency.(*Keeper).Enter(") < 3; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the copies do not wait")
		}
	}
	leave, err := g.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leave(false)
}

// count says how many goroutines are in a function.
func count(function string) int {
	var all strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&all, 2)
	return strings.Count(all.String(), function)
}

// A7: what is held of bodies is bounded, and given back; small ones pass whatever
// is held.
func TestA7HeldBodies(t *testing.T) {
	f := startWith(t, func(o *api.Options) { o.Bodies = 1 << 20 })
	theirs := f.key(access.WriteURLs)
	half := strings.Repeat(" ", 600<<10)
	whole := created + half
	f.do("POST", "/api/v1/urls", whole).want(t, 201, "", "")
	var conns []net.Conn
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		conns = append(conns, f.trickle(theirs, "/api/v1/urls", half, len(half)+1))
		a := f.do("POST", "/api/v1/urls", whole) // may have come before the other
		if a.status == http.StatusServiceUnavailable {
			a.want(t, 503, "overloaded", "")
			break
		}
		if time.Now().After(end) {
			t.Fatal("there is room for all")
		}
	}
	f.do("POST", "/api/v1/urls", created).want(t, 201, "", "")
	for _, conn := range conns {
		conn.Close()
	}
	for end := time.Now().Add(20 * time.Second); f.do("POST", "/api/v1/urls", whole).status != http.StatusCreated; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing was given back")
		}
	}
}

// The gate refuses what it cannot let in, and hears of a database that is away.
func TestRefusedByTheGate(t *testing.T) {
	g := gate(t, 1)
	f := startWith(t, func(o *api.Options) { o.Gate = g })
	leave, err := g.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range [][]string{nil, {"Idempotency-Key", "1"}} {
		a := f.do("POST", "/api/v1/urls", created, header...)
		if a.want(t, 503, "overloaded", ""); a.header.Get("Retry-After") == "" {
			t.Error("nobody is told when to come again")
		}
	}
	leave(false)
	f.do("POST", "/api/v1/urls", created).want(t, 201, "", "")
	f.stop()
	f.do("GET", "/api/v1/urls", "").want(t, 200, "", "") // the key stays known from here on
	if err := f.store.Close(); err != nil {
		t.Fatal(err)
	}
	f.do("GET", "/api/v1/urls", "").want(t, 503, "unavailable", "")
	f.do("POST", "/api/v1/urls", created, "Idempotency-Key", "2").want(t, 503, "unavailable", "")
	f.do("GET", "/api/v1/urls", "").want(t, 503, "overloaded", "") // it is closed
}
