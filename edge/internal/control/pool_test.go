package control_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fingerpost/fingerpost/edge/internal/control"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plane is a control plane that answers, fails or hangs.
type plane struct {
	wire.UnimplementedResolverServer
	mode  atomic.Int32
	calls atomic.Int32
	addr  string
}

const (
	answers = iota
	fails
	hangs
)

func startPlane(t *testing.T) *plane {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &plane{addr: l.Addr().String()}
	s := grpc.NewServer()
	wire.RegisterResolverServer(s, p)
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

func (p *plane) Resolve(ctx context.Context, r *wire.ResolveRequest) (*wire.ResolveResponse, error) {
	p.calls.Add(1)
	switch p.mode.Load() {
	case fails:
		return nil, status.Error(codes.Unavailable, "down")
	case hangs:
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return &wire.ResolveResponse{Record: &wire.Record{Domain: r.GetDomain(), Code: r.GetCode()}}, nil
}

func TestMovesOnAndStays(t *testing.T) {
	first, second := startPlane(t), startPlane(t)
	p, err := control.New(control.Options{Addrs: []string{first.addr, second.addr}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	resolve := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err := p.Resolve(ctx, link.Key{Domain: "a.example", Code: "code"})
		return err
	}
	for _, step := range []struct {
		name          string
		first, second int32 // modes
		works         bool
		calls         [2]int32 // so far
	}{
		{"both answer", answers, answers, true, [2]int32{1, 0}},
		{"the first hangs", hangs, answers, true, [2]int32{2, 1}},
		{"the second is kept", answers, answers, true, [2]int32{2, 2}},
		{"the second fails", answers, fails, true, [2]int32{3, 3}},
		{"both fail", fails, fails, false, [2]int32{4, 4}},
		{"back again", answers, answers, true, [2]int32{5, 4}},
	} {
		first.mode.Store(step.first)
		second.mode.Store(step.second)
		if err := resolve(); (err == nil) != step.works {
			t.Errorf("%s: %v", step.name, err)
		}
		if got := [2]int32{first.calls.Load(), second.calls.Load()}; got != step.calls {
			t.Errorf("%s: %v calls so far, want %v", step.name, got, step.calls)
		}
	}
}

func TestBadAddresses(t *testing.T) {
	for name, addrs := range map[string][]string{"none": nil, "no port": {"localhost"}} {
		if _, err := control.New(control.Options{Addrs: addrs}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
