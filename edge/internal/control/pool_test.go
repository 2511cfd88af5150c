package control_test

import (
	"context"
	"fmt"
	"net"
	"slices"
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
	stall atomic.Int32 // every how manieth call takes 200 ms; 0: none
	addr  string
}

const (
	answers = iota
	fails
	hangs
)

func startPlane(t testing.TB) *plane {
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
	n := p.calls.Add(1)
	if every := p.stall.Load(); every > 0 && n%every == 0 {
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
	}
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

// resolve asks once and has ten seconds, far more than any step takes.
func resolve(t *testing.T, p *control.Pool) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := p.Resolve(ctx, link.Key{Domain: "a.example", Code: "code"})
	return err
}

func pool(t *testing.T, o control.Options) *control.Pool {
	t.Helper()
	p, err := control.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// One that hangs is not waited for where another answers.
func TestHedges(t *testing.T) {
	first, second := startPlane(t), startPlane(t)
	first.mode.Store(hangs)
	p := pool(t, control.Options{Addrs: []string{first.addr, second.addr}, Hedge: time.Millisecond})
	if err := resolve(t, p); err != nil {
		t.Fatal(err)
	}
	if n := second.calls.Load(); n != 1 {
		t.Errorf("asked the second one %d times", n)
	}
	first.mode.Store(answers)
	second.mode.Store(hangs)
	if err := resolve(t, p); err != nil {
		t.Fatal(err)
	}
}

// One that keeps failing is left alone, and used again when it works.
func TestLeavesAlone(t *testing.T) {
	only := startPlane(t)
	only.mode.Store(fails)
	patient := pool(t, control.Options{Addrs: []string{only.addr}, Rest: time.Hour})
	for range 20 {
		if err := resolve(t, patient); err == nil {
			t.Fatal("answered")
		}
	}
	if n := only.calls.Load(); n != 5 {
		t.Errorf("asked %d times, want 5", n)
	}
	only.mode.Store(answers)
	if err := resolve(t, patient); err == nil || only.calls.Load() != 5 {
		t.Errorf("asked although it is to be left alone: %v", err)
	}

	only.mode.Store(fails)
	brief := pool(t, control.Options{Addrs: []string{only.addr}, Rest: time.Millisecond})
	for range 20 {
		_ = resolve(t, brief)
	}
	only.mode.Store(answers)
	for deadline := time.Now().Add(10 * time.Second); resolve(t, brief) != nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never used again")
		}
	}
}

// Callers that go away do not make a control plane be left alone.
func TestCallersThatLeave(t *testing.T) {
	only := startPlane(t)
	only.mode.Store(hangs)
	p := pool(t, control.Options{Addrs: []string{only.addr}, Rest: time.Hour})
	for n := range int32(20) {
		ctx, cancel := context.WithCancel(context.Background())
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_, _ = p.Resolve(ctx, link.Key{Domain: "a.example", Code: "code"})
		}()
		for deadline := time.Now().Add(10 * time.Second); only.calls.Load() <= n; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("was not asked")
			}
		}
		cancel()
		<-gone
	}
	only.mode.Store(answers)
	if err := resolve(t, p); err != nil {
		t.Error(err)
	}
}

// BenchmarkStalls is what hedging is for: one question in 100 stalls for 200 ms.
func BenchmarkStalls(b *testing.B) {
	for name, hedge := range map[string]time.Duration{"hedged": 20 * time.Millisecond, "unhedged": time.Hour} {
		b.Run(name, func(b *testing.B) {
			first, second := startPlane(b), startPlane(b)
			first.stall.Store(100)
			second.stall.Store(100)
			p, err := control.New(control.Options{Addrs: []string{first.addr, second.addr}, Hedge: hedge})
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			var all []time.Duration
			for b.Loop() {
				begin := time.Now()
				if _, err := p.Resolve(context.Background(), link.Key{Domain: "a.example", Code: "code"}); err != nil {
					b.Fatal(err)
				}
				all = append(all, time.Since(begin))
			}
			slices.Sort(all)
			for _, q := range []float64{50, 99, 99.9} {
				b.ReportMetric(float64(all[int(float64(len(all)-1)*q/100)].Microseconds()), fmt.Sprintf("p%v-µs", q))
			}
			calls := first.calls.Load() + second.calls.Load()
			b.ReportMetric(float64(calls)/float64(len(all)), "calls/op")
		})
	}
}

func TestBadAddresses(t *testing.T) {
	for name, addrs := range map[string][]string{"none": nil, "no port": {"localhost"}} {
		if _, err := control.New(control.Options{Addrs: addrs}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
