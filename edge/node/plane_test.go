package node_test

import (
	"context"
	"net"
	"strconv"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// plane is the least of a control plane: the truth, and a book of clicks.
type plane struct {
	wire.UnimplementedResolverServer
	wire.UnimplementedClicksServer
	addr string

	mu     sync.Mutex
	truth  map[string]*wire.Record
	asks   map[string]int    // questions, by code
	gate   chan struct{}     // answers wait until it is closed; nil: at once
	clicks map[string]uint64 // by batch
	deaf   bool              // takes no clicks
}

func startPlane(t *testing.T) *plane {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &plane{addr: l.Addr().String(), truth: make(map[string]*wire.Record), asks: make(map[string]int), clicks: make(map[string]uint64)}
	s := grpc.NewServer()
	wire.RegisterResolverServer(s, p)
	wire.RegisterClicksServer(s, p)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		s.Stop()
		<-done
	})
	return p
}

func (p *plane) commit(r *wire.Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.truth[r.GetDomain()+"/"+r.GetCode()] = r
}

func (p *plane) Resolve(_ context.Context, r *wire.ResolveRequest) (*wire.ResolveResponse, error) {
	p.mu.Lock()
	p.asks[r.GetCode()]++
	gate := p.gate
	p.mu.Unlock()
	if gate != nil {
		<-gate
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return &wire.ResolveResponse{Record: p.truth[r.GetDomain()+"/"+r.GetCode()]}, nil
}

func (p *plane) Ship(_ context.Context, b *wire.Batch) (*wire.ShipResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deaf {
		return nil, status.Error(codes.Unavailable, "the database is down")
	}
	var sum uint64
	for _, c := range b.GetCounts() {
		sum += c.GetCount()
	}
	p.clicks[b.GetEdge()+" "+itoa(b.GetEpoch())+" "+itoa(b.GetSequence())] = sum
	return &wire.ShipResponse{}, nil
}

// refuse makes it take no clicks, or take them again.
func (p *plane) refuse(clicks bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = clicks
}

func (p *plane) booked() (sum uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.clicks {
		sum += n
	}
	return sum
}

func record(code string, version uint64, url string) *wire.Record {
	return &wire.Record{
		Domain: "localhost", Code: code, Version: version, Url: url, Redirect: 302, Status: wire.Status_STATUS_ACTIVE,
	}
}

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }

// lose forgets a link, as a database does that was restored from an older copy.
func (p *plane) lose(code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.truth, "localhost/"+code)
}

// hold makes answers wait until release is called.
func (p *plane) hold() (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate = make(chan struct{})
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		close(p.gate)
		p.gate = nil
	}
}

// asked is how many questions about a code there were.
func (p *plane) asked(code string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asks[code]
}
