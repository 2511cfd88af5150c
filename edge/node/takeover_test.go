//go:build linux

package node_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// backend is what nodes need behind them: a feed that knows a domain, and a
// control plane that knows a link.
func backend(t *testing.T) (o node.Options, p *plane) {
	t.Helper()
	etcd := feedtest.Start(t)
	p = startPlane(t)
	client, err := feed.New(feed.Options{Endpoints: []string{etcd.Endpoint()}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	feedtest.PublishDomain(t, client, &wire.Domain{Name: "localhost", Version: 1, Aliases: []string{"127.0.0.1"}})
	p.commit(record("code", 1, "https://t.example/"))
	o = options(t)
	o.Control, o.Etcd = []string{p.addr}, []string{etcd.Endpoint()}
	return o, p
}

func startReady(t *testing.T, o node.Options) *node.Node {
	t.Helper()
	n := start(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := n.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	return n
}

// visitors ask without a pause, until they are stopped: some over a connection
// that they keep, some over a new one each time. It says how many were answered
// and gives the first failure.
func visitors(t *testing.T, addr string) (answered *atomic.Int64, stop func() error) {
	t.Helper()
	answered = new(atomic.Int64)
	var failure atomic.Pointer[error]
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for i := range 6 {
		running.Go(func() {
			transport := &http.Transport{DisableKeepAlives: i%2 == 0}
			defer transport.CloseIdleConnections()
			for ctx.Err() == nil {
				if err := visit(transport, addr); err != nil {
					failure.CompareAndSwap(nil, &err)
					return
				}
				answered.Add(1)
			}
		})
	}
	return answered, func() error {
		cancel()
		running.Wait()
		if err := failure.Load(); err != nil {
			return *err
		}
		return nil
	}
}

type statusError int

func (s statusError) Error() string { return http.StatusText(int(s)) }

func visit(transport *http.Transport, addr string) error {
	r, err := http.NewRequest(http.MethodGet, "http://"+addr+"/code", nil)
	if err != nil {
		return err
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	if answer.StatusCode != http.StatusFound {
		return statusError(answer.StatusCode)
	}
	return nil
}

// TestRestartRefusesNobody replaces a node by another under visitors, in both
// ways that there are.
func TestRestartRefusesNobody(t *testing.T) {
	t.Run("shared port", func(t *testing.T) {
		o, p := backend(t)
		o.Public.ReusePort, o.Public.Drain = true, 300*time.Millisecond
		first := startReady(t, o)
		answered, end := visitors(t, first.Addr())
		until(t, "visitors are answered", func() bool { return answered.Load() > 100 })
		second := o
		second.ID, second.Addr, second.Data, second.Registry = "edge-2", first.Addr(), t.TempDir(), nil
		next := startReady(t, second)
		stop(t, first)
		before := answered.Load()
		until(t, "visitors are answered by the next", func() bool { return answered.Load() > before+100 })
		if err := end(); err != nil {
			t.Errorf("after %d answers: %v", answered.Load(), err)
		}
		stop(t, next)
		if n := p.booked(); n != uint64(answered.Load()) {
			t.Errorf("%d clicks of %d answers", n, answered.Load())
		}
	})
	t.Run("inherited socket", func(t *testing.T) {
		o, p := backend(t)
		held, err := net.Listen("tcp", "127.0.0.1:0") // as systemd does
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		o.Public.Socket, o.Public.Drain = inherit(t, held), 300*time.Millisecond
		first := startReady(t, o)
		answered, end := visitors(t, held.Addr().String())
		until(t, "visitors are answered", func() bool { return answered.Load() > 100 })
		stop(t, first)
		o.Public.Socket, o.Registry = inherit(t, held), nil // the same id and folder
		next := startReady(t, o)
		before := answered.Load()
		until(t, "visitors are answered by the next", func() bool { return answered.Load() > before+100 })
		if err := end(); err != nil {
			t.Errorf("after %d answers: %v", answered.Load(), err)
		}
		stop(t, next)
		if n := p.booked(); n != uint64(answered.Load()) {
			t.Errorf("%d clicks of %d answers", n, answered.Load())
		}
	})
}

// inherit gives another descriptor of a socket, as a child process gets it.
func inherit(t *testing.T, l net.Listener) net.Listener {
	t.Helper()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	another, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	return another
}

// F15: while a node drains it says that it is not ready, and answers.
func TestF15Draining(t *testing.T) {
	o, _ := backend(t)
	o.Public.Drain = 500 * time.Millisecond
	n := startReady(t, o)
	if err := visit(&http.Transport{DisableKeepAlives: true}, n.Addr()); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		stop(t, n)
	}()
	until(t, "it is not ready", func() bool { return n.Ready() != nil })
	if status, text := answer(t, "http://"+n.OpsAddr()+"/readyz"); status != 503 || text != "this edge is stopping\n" {
		t.Errorf("/readyz: %d %q", status, text)
	}
	r, err := http.NewRequest(http.MethodGet, "http://"+n.Addr()+"/code", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := new(http.Transport).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	if got.StatusCode != http.StatusFound || !got.Close {
		t.Errorf("answered %d, closing: %v", got.StatusCode, got.Close)
	}
	<-done
}
