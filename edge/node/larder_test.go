package node_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// surroundings is what stands behind an edge: a real etcd and a small control
// plane.
type surroundings struct {
	t     *testing.T
	etcd  *feedtest.Etcd
	plane *plane
	feed  *feed.Client
}

func surround(t *testing.T) *surroundings {
	t.Helper()
	s := &surroundings{t: t, etcd: feedtest.Start(t), plane: startPlane(t)}
	var err error
	if s.feed, err = feed.New(feed.Options{Endpoints: []string{s.etcd.Endpoint()}, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.feed.Close() })
	s.domain(&wire.Domain{Name: "localhost", Version: 1, Aliases: []string{"127.0.0.1"}})
	return s
}

func (s *surroundings) domain(d *wire.Domain) {
	s.t.Helper()
	feedtest.PublishDomain(s.t, s.feed, d)
}

// publish commits a record and tells the feed.
func (s *surroundings) publish(r *wire.Record) {
	s.t.Helper()
	s.plane.commit(r)
	feedtest.Publish(s.t, s.feed, r)
}

// start runs an edge in these surroundings until it is attached.
func (s *surroundings) start(o node.Options) *node.Node {
	s.t.Helper()
	o.Control, o.Etcd = []string{s.plane.addr}, []string{s.etcd.Endpoint()}
	n := start(s.t, o)
	if err := n.WaitReady(within(s.t)); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// halt stops an edge that has nobody to ship its clicks to.
func halt(n *node.Node) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_ = n.Stop(ctx)
}

// gives waits until a link is answered with want: a status, or a target.
func gives(t *testing.T, n *node.Node, code string, want any) {
	t.Helper()
	var status int
	var to string
	until(t, fmt.Sprintf("%s gives %v", code, want), func() bool {
		status, to = answer(t, "http://"+n.Addr()+"/"+code)
		return status == want || to == want
	})
}

// F10: an edge that starts with nothing else up answers what it had, from disk:
// the newest that it had applied, for every domain, but nothing strict, and 503
// for what it never knew.
func TestF10StartsWithNothingElseUp(t *testing.T) {
	s := surround(t)
	o := options(t)
	n := s.start(o)
	const hot = 50
	for i := range hot {
		code := fmt.Sprint("hot", i)
		s.publish(record(code, 1, "https://t.example/"+code))
		gives(t, n, code, 302)
	}
	strict := record("strict", 1, "https://t.example/strict")
	strict.Strict = true
	for _, r := range []*wire.Record{strict, record("changed", 1, "https://t.example/1"), record("deleted", 1, "https://t.example/"), record("blocked", 1, "https://t.example/")} {
		s.publish(r)
		gives(t, n, r.GetCode(), 302)
	}
	s.publish(record("changed", 2, "https://t.example/2"))
	gives(t, n, "changed", "https://t.example/2")
	s.publish(&wire.Record{Domain: "localhost", Code: "deleted", Version: 2, Status: wire.Status_STATUS_DELETED})
	gives(t, n, "deleted", 410)
	s.publish(&wire.Record{Domain: "localhost", Code: "blocked", Version: 2, Status: wire.Status_STATUS_BLOCKED})
	gives(t, n, "blocked", 451)
	gives(t, n, "unknown", 404)
	stop(t, n)

	n = start(t, o) // whose control plane and etcd are nowhere
	defer halt(n)
	for i := range hot {
		code := fmt.Sprint("hot", i)
		if status, to := answer(t, "http://"+n.Addr()+"/"+code); status != 302 || to != "https://t.example/"+code {
			t.Errorf("%s: %d %s", code, status, to)
		}
	}
	for code, want := range map[string]int{"strict": 503, "changed": 302, "deleted": 410, "blocked": 451, "unknown": 503} {
		if status, to := answer(t, "http://"+n.Addr()+"/"+code); status != want || code == "changed" && to != "https://t.example/2" {
			t.Errorf("%s: %d %s, want %d", code, status, to, want)
		}
	}
	if status, text := answer(t, "http://"+n.OpsAddr()+"/readyz"); status != 503 || !strings.Contains(text, "detached") {
		t.Errorf("/readyz: %d %s", status, text)
	}
}

// What the larder has is only so old: max-stale counts from when it was last
// confirmed, not from the restart.
func TestF10MaxStaleCountsFromTheLastConfirmation(t *testing.T) {
	for name, c := range map[string]struct {
		away   time.Duration
		status int
	}{"in time": {59 * time.Minute, 302}, "too old": {61 * time.Minute, 503}} {
		t.Run(name, func(t *testing.T) {
			s := surround(t)
			o := options(t)
			o.MaxStale = time.Hour
			n := s.start(o)
			s.publish(record("code", 1, "https://t.example/"))
			gives(t, n, "code", 302)
			stop(t, n)
			o.Now = func() time.Time { return time.Now().Add(c.away) }
			n = start(t, o)
			defer halt(n)
			for range 2 { // from disk, and then from memory
				if status, _ := answer(t, "http://"+n.Addr()+"/code"); status != c.status {
					t.Errorf("answered %d, want %d", status, c.status)
				}
			}
		})
	}
}

// While a control plane answers, a restarted edge believes it, not its larder:
// what changed while the edge was away holds from its first answer on.
func TestF10TruthComesFirst(t *testing.T) {
	s := surround(t)
	o := options(t)
	n := s.start(o)
	for _, code := range []string{"deleted", "changed", "never"} {
		s.publish(record(code, 1, "https://t.example/1"))
		gives(t, n, code, 302)
	}
	stop(t, n)
	s.publish(&wire.Record{Domain: "localhost", Code: "deleted", Version: 2, Status: wire.Status_STATUS_DELETED})
	s.publish(record("changed", 2, "https://t.example/2"))
	s.plane.lose("never")
	n = s.start(o)
	for code, want := range map[string]string{"deleted": "Gone\n", "changed": "https://t.example/2", "never": "Not Found\n"} {
		if status, to := answer(t, "http://"+n.Addr()+"/"+code); to != want {
			t.Errorf("%s: %d %q, want %q", code, status, to, want)
		}
	}
	stop(t, n)

	n = start(t, o) // nothing else up: what was learnt has reached the disk
	defer halt(n)
	for code, want := range map[string]string{"deleted": "Gone\n", "changed": "https://t.example/2", "never": "Service Unavailable\n"} {
		if status, to := answer(t, "http://"+n.Addr()+"/"+code); to != want {
			t.Errorf("with nothing else up, %s: %d %q, want %q", code, status, to, want)
		}
	}
}

// A control plane that takes connections and says nothing does not keep visitors
// from what the larder has.
func TestF10SilentControlPlane(t *testing.T) {
	s := surround(t)
	o := options(t)
	n := s.start(o)
	s.publish(record("code", 1, "https://t.example/"))
	gives(t, n, "code", 302)
	stop(t, n)

	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	o.Control = []string{silent.Addr().String()}
	n = start(t, o)
	defer halt(n)
	if status, _ := answer(t, "http://"+n.Addr()+"/code"); status != 302 {
		t.Errorf("answered %d", status)
	}
}
