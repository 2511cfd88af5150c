package store_test

import (
	"bytes"
	"errors"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// proxy stands between a store and its server, and cuts the connection that
// sends a given text: before the server gets it, or after the server has
// answered, so that the answer is lost.
type proxy struct {
	listener net.Listener
	server   string
	group    sync.WaitGroup

	mu      sync.Mutex
	trigger []byte // mu; nil after it was seen
	deliver bool   // mu
	conns   []net.Conn
	cuts    atomic.Int32
}

func startProxy(t *testing.T, databaseURL string) (p *proxy, proxied string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	p = &proxy{server: u.Host}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	p.group.Go(p.accept)
	t.Cleanup(p.stop)
	u.Host = p.listener.Addr().String()
	return p, u.String()
}

func (p *proxy) stop() {
	p.listener.Close()
	p.mu.Lock()
	for _, conn := range p.conns {
		conn.Close()
	}
	p.mu.Unlock()
	p.group.Wait()
}

// cutAt arms the proxy.
func (p *proxy) cutAt(text string, deliver bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trigger, p.deliver = []byte(text), deliver
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		silent := new(atomic.Bool) // answers go nowhere from now on
		p.group.Go(func() { p.requests(client, server, silent) })
		p.group.Go(func() { answers(client, server, silent) })
	}
}

// requests forwards what the client says. The driver sends a statement in one
// write, so a text is not torn between two reads on loopback.
func (p *proxy) requests(client, server net.Conn, silent *atomic.Bool) {
	defer server.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if cut, deliver := p.match(buf[:n]); cut {
			p.cuts.Add(1)
			silent.Store(true)
			if !deliver {
				client.Close()
				return
			}
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// answers forwards what the server says, or cuts the client off when it should
// not hear it.
func answers(client, server net.Conn, silent *atomic.Bool) {
	defer client.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil || silent.Load() {
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) match(text []byte) (cut, deliver bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trigger == nil || !bytes.Contains(text, p.trigger) {
		return false, false
	}
	p.trigger = nil
	return true, p.deliver
}

// cases: what happens to the write whose connection is cut.
var cases = []struct {
	name    string
	deliver bool
	times   int // that it has happened then
}{
	{"failed, not persisted", false, 0},
	{"failed but persisted", true, 1},
}

// onCut gives a store behind a proxy, and a second one past it that sees what
// is there.
func onCut(t *testing.T) (p *proxy, behind, direct *store.Store) {
	t.Helper()
	databaseURL := postgres.NewDatabase(t)
	p, proxied := startProxy(t, databaseURL)
	return p, open(t, proxied), open(t, databaseURL)
}

func TestConnectionCutAtCreate(t *testing.T) {
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			p, behind, direct := onCut(t)
			marker := "https://example.org/the-marker"
			p.cutAt(marker, tc.deliver)
			l := &links.Link{Link: link.Link{Key: link.Key{Domain: "d", Code: "abc"}, URL: marker, Status: link.Active, Redirect: 302}, CreatedBy: "anna"}
			err := behind.CreateLink(t.Context(), l)
			if err == nil || errors.Is(err, links.ErrTaken) {
				t.Fatalf("the outcome is unknown, and the error says %v", err)
			}
			_, err = direct.ReadLink(t.Context(), l.Key)
			if persisted := err == nil; persisted != (tc.times == 1) {
				t.Fatalf("persisted: %t (%v)", persisted, err)
			}
			pending, err := direct.PendingChanges(t.Context())
			if pending != tc.times || err != nil {
				t.Errorf("%d outbox rows, want %d (%v)", pending, tc.times, err)
			}
			err = behind.CreateLink(t.Context(), l) // the pool has a new connection
			if taken := errors.Is(err, links.ErrTaken); taken != (tc.times == 1) || err != nil && !taken {
				t.Errorf("the second attempt: %v", err)
			}
			if p.cuts.Load() != 1 {
				t.Errorf("%d cuts", p.cuts.Load())
			}
		})
	}
}

func TestConnectionCutAtCommit(t *testing.T) {
	key := link.Key{Domain: "d", Code: "abc"}
	created := &links.Link{Link: link.Link{Key: key, URL: "https://example.org", Status: link.Active, Redirect: 302}}
	batch := &wire.Batch{Edge: "e", Epoch: 1, Sequence: 1, Counts: []*wire.ClickCount{{Domain: "d", Code: "abc", Minute: 1, Count: 7}}}
	shard := counter.Shard{First: 0, End: 1000}
	for _, write := range []struct {
		name string
		// do writes through the store and gives what was acknowledged.
		do func(t *testing.T, s *store.Store) error
		// times says how often the write has happened.
		times func(t *testing.T, s *store.Store) int
		again int // times after the write was done again
	}{
		{"a change", func(t *testing.T, s *store.Store) error {
			_, err := s.ChangeLink(t.Context(), key, func(*links.Link) error { return nil })
			return err
		}, func(t *testing.T, s *store.Store) int {
			l, err := s.ReadLink(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			return int(l.Version) - 1
		}, 1},
		{"a batch", func(t *testing.T, s *store.Store) error {
			_, err := s.AddBatches(t.Context(), []*wire.Batch{batch})
			return err
		}, func(t *testing.T, s *store.Store) int {
			counts, err := s.CountClicks(t.Context(), []link.Key{key})
			if err != nil {
				t.Fatal(err)
			}
			return int(counts[key].Count / 7)
		}, 0},
		{"a lease", func(t *testing.T, s *store.Store) error {
			_, err := s.LeaseShard(t.Context(), shard, counter.Lease{Length: 7, Size: 10})
			return err
		}, func(t *testing.T, s *store.Store) int {
			var n int
			query(t, s, &n, "SELECT COUNT(*) FROM range_leases")
			return n
		}, 1},
	} {
		for _, tc := range cases {
			t.Run(write.name+" "+tc.name, func(t *testing.T) {
				p, behind, direct := onCut(t)
				if err := direct.CreateLink(t.Context(), created); err != nil {
					t.Fatal(err)
				}
				p.cutAt("commit", tc.deliver)
				if err := write.do(t, behind); err == nil {
					t.Fatal("an unknown outcome was reported as success")
				}
				if got := write.times(t, direct); got != tc.times {
					t.Fatalf("it happened %d times, want %d", got, tc.times)
				}
				if err := write.do(t, behind); err != nil {
					t.Fatal(err)
				}
				// A batch is booked once whatever happened; others happen again.
				want := max(1, tc.times+write.again)
				if got := write.times(t, direct); got != want || p.cuts.Load() != 1 {
					t.Errorf("in the end it happened %d times, want %d, with %d cuts", got, want, p.cuts.Load())
				}
			})
		}
	}
}
