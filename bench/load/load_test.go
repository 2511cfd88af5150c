package load_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/bench/load"
	"github.com/fingerpost/fingerpost/bench/pace"
)

// TestMain sees to it that no worker outlives its load.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tally counts how often each request was made and what came of it.
type tally struct {
	mu         sync.Mutex
	asked      map[uint64]int
	statuses   map[int]int
	unanswered int
}

func newTally() *tally { return &tally{asked: map[uint64]int{}, statuses: map[int]int{}} }

func (s *tally) Request(n uint64, buf []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[n]++
	return append(buf, request...)
}

func (s *tally) Answered(_ uint64, a *load.Answer, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.unanswered++
		return
	}
	s.statuses[a.Status]++
}

func TestEachRequestIsSentOnceOverAllServers(t *testing.T) {
	gone := answering(t, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
	closing := answering(t, "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	s := newTally()
	const requests = 2000
	r, err := load.Run(context.Background(), load.Options{
		Addrs: []string{gone, closing}, Connections: 6, Requests: requests, Source: s,
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(requests) {
		if s.asked[n] != 1 {
			t.Errorf("request %d was sent %d times", n, s.asked[n])
		}
	}
	if len(s.asked) != requests || s.statuses[410] == 0 || s.statuses[404] == 0 || s.statuses[410]+s.statuses[404] != requests {
		t.Errorf("%d requests, statuses %v", len(s.asked), s.statuses)
	}
	if r.Sent != requests || r.Unanswered != 0 || r.Latency.Count() != requests || r.PerSecond() <= 0 {
		t.Errorf("result %+v", r)
	}
	if r.Reconnects < uint64(s.statuses[404])-3 {
		t.Errorf("%d reconnects for %d connections that were closed", r.Reconnects, s.statuses[404])
	}
}

func TestUnansweredRequestsAreReportedNotRepeated(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	s := newTally()
	r, err := load.Run(context.Background(), load.Options{
		Addrs: []string{l.Addr().String()}, Connections: 2, Requests: 50, Source: s,
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Sent != 50 || r.Unanswered != 50 || s.unanswered != 50 || len(s.asked) != 50 {
		t.Errorf("result %+v, %d requests, %d unanswered", r, len(s.asked), s.unanswered)
	}
}

func TestServerThatIsGone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, err = load.Run(context.Background(), load.Options{
		Addrs: []string{l.Addr().String()}, Connections: 1, Requests: 1, Source: newTally(), Patience: time.Millisecond,
	})
	if err == nil || !strings.Contains(err.Error(), "giving up after 1ms: connecting to "+l.Addr().String()) {
		t.Errorf("got %v", err)
	}
}

func TestCancelledLoadEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	slow, err := pace.Fixed(1)
	if err != nil {
		t.Fatal(err)
	}
	s := newTally()
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err = load.Run(ctx, load.Options{
		Addrs: []string{answering(t, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")}, Connections: 2, Requests: 1000, Source: s, Pacer: slow,
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want it cancelled", err)
	}
}

// In an open loop a stall shows in the latencies of the requests that had to
// wait, though each was answered at once when its turn came.
func TestOpenLoopMeasuresFromTheIntendedMoment(t *testing.T) {
	late := func(n uint64) (time.Duration, bool) { return -time.Second, true }
	r, err := load.Run(context.Background(), load.Options{
		Addrs: []string{answering(t, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")}, Connections: 1, Requests: 10, Source: newTally(), Pacer: late,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Latency.Quantile(0); got < 999*time.Millisecond {
		t.Errorf("the shortest latency is %v; each request was due a second before", got)
	}
}

func TestBadOptions(t *testing.T) {
	good := load.Options{Addrs: []string{"127.0.0.1:1"}, Connections: 1, Requests: 1, Source: newTally()}
	for _, c := range []struct {
		name  string
		spoil func(*load.Options)
		field string
	}{
		{"no address", func(o *load.Options) { o.Addrs = nil }, "Addrs"},
		{"fewer connections than servers", func(o *load.Options) { o.Connections = 0 }, "Connections"},
		{"nothing to send", func(o *load.Options) { o.Requests = 0 }, "Requests"},
		{"negative timeout", func(o *load.Options) { o.Timeout = -1 }, "Timeout"},
		{"negative patience", func(o *load.Options) { o.Patience = -1 }, "Patience"},
		{"no source", func(o *load.Options) { o.Source = nil }, "Source"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := good
			c.spoil(&o)
			if _, err := load.Run(context.Background(), o); err == nil || !strings.Contains(err.Error(), c.field) {
				t.Errorf("got %v; want an error that names %s", err, c.field)
			}
		})
	}
}
