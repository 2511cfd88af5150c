package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/bench/e2e/process"
)

// startLimit is how long a program may take to be ready on a busy machine.
const startLimit = 30 * time.Second

// system is a running Fingerpost as its users see it.
type system struct {
	control string // base URLs
	edges   []string
	// truth is the process that acknowledges writes; restart starts it again on
	// the same addresses and data after it has ended.
	truth   *process.Process
	restart func()
}

// startStandalone runs everything in one process on the data in dir. Addresses
// are kept over restarts.
func startStandalone(t *testing.T, dir string) *system {
	t.Helper()
	edge, control := process.Addr(t), process.Addr(t)
	s := &system{control: "http://" + control, edges: []string{"http://" + edge}}
	s.restart = func() {
		s.truth = process.Start(t, process.Spec{
			Path: builds.Path(t, standalonePkg),
			Args: []string{
				"--data", dir, "--edge-addr", edge, "--control-addr", control,
				"--edge-ops-addr", "127.0.0.1:0", "--control-ops-addr", "127.0.0.1:0",
			},
			Env: []string{"FINGERPOST_ADMIN_KEY=" + adminKey},
		})
		want := "ready edge=http://" + edge + " control=http://" + control + " data=" + dir
		if line := s.truth.Line("ready ", startLimit); line != want {
			t.Fatalf("got the line %q, want %q", line, want)
		}
	}
	s.restart()
	return s
}

// cluster is a system of separate processes.
type cluster struct {
	system
	etcd *etcdServer
	feed string   // where the edges reach etcd
	ops  []string // of the edges
}

// awaitEdges waits until all edges call themselves attached to the feed, or
// until none does.
func (c *cluster) awaitEdges(t *testing.T, attached bool) {
	t.Helper()
	for _, ops := range c.ops {
		eventually(t, startLimit, fmt.Sprintf("edge at %s attached: %v", ops, attached), func() bool {
			return ready(ops) == attached
		})
	}
}

// startCluster runs PostgreSQL, etcd, one control plane and two edges with
// caches of cacheBytes, to which the feed comes late by feedDelay.
func startCluster(t *testing.T, cacheBytes string, feedDelay time.Duration) *cluster {
	t.Helper()
	database := postgres.NewDatabase(t) // first: it may skip the test
	c := &cluster{etcd: startEtcd(t)}
	if c.feed = c.etcd.addr; feedDelay > 0 {
		c.feed = slowPath(t, c.etcd.addr, feedDelay)
	}
	control, rpc, ops := process.Addr(t), process.Addr(t), process.Addr(t)
	c.control = "http://" + control
	c.restart = func() {
		c.truth = process.Start(t, process.Spec{
			Path: builds.Path(t, controlplanePkg),
			Args: []string{
				"serve", "--database-url", database, "--etcd", c.etcd.addr,
				"--addr", control, "--rpc-addr", rpc, "--ops-addr", ops, "--region", "here",
			},
			Env: []string{"FINGERPOST_ADMIN_KEY=" + adminKey},
		})
		awaitReady(t, c.truth, ops)
	}
	c.restart()
	for _, id := range []string{"edge-a", "edge-b"} {
		c.startEdge(t, id, rpc, cacheBytes)
	}
	return c
}

func (c *cluster) startEdge(t *testing.T, id, rpc, cacheBytes string) {
	t.Helper()
	addr, ops := process.Addr(t), process.Addr(t)
	p := process.Start(t, process.Spec{
		Path: builds.Path(t, edgePkg),
		Args: []string{
			"--id", id, "--region", "here", "--addr", addr, "--ops-addr", ops, "--control", rpc,
			"--etcd", c.feed, "--data", filepath.Join(t.TempDir(), id), "--cache-bytes", cacheBytes,
		},
	})
	awaitReady(t, p, ops)
	c.edges, c.ops = append(c.edges, "http://"+addr), append(c.ops, ops)
}

// awaitReady waits for the readiness of the ops port.
func awaitReady(t *testing.T, p *process.Process, ops string) {
	t.Helper()
	eventually(t, startLimit, "ready at "+ops, func() bool {
		if p.Ended() {
			t.Fatalf("ended with %d: %s", p.Wait(time.Second), p.Stderr())
		}
		return ready(ops)
	})
}

// ready asks an ops port.
func ready(ops string) bool { return answersOK("http://" + ops + "/readyz") }

func answersOK(url string) bool {
	resp, err := http.Get(url)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// etcdServer is a real etcd of one member, in a process of its own.
type etcdServer struct {
	t          *testing.T
	addr, peer string
	dir        string
	*process.Process
}

func startEtcd(t *testing.T) *etcdServer {
	t.Helper()
	e := &etcdServer{t: t, addr: process.Addr(t), peer: process.Addr(t), dir: filepath.Join(t.TempDir(), "etcd")}
	e.start()
	return e
}

// start runs the server, again on the same addresses and, unless it was wiped,
// the same data.
func (e *etcdServer) start() {
	e.t.Helper()
	e.Process = process.Start(e.t, process.Spec{
		Path: builds.Path(e.t, etcdPkg),
		Args: []string{
			"--name", "one", "--data-dir", e.dir, "--log-level", "error",
			"--listen-client-urls", "http://" + e.addr, "--advertise-client-urls", "http://" + e.addr,
			"--listen-peer-urls", "http://" + e.peer, "--initial-advertise-peer-urls", "http://" + e.peer,
			"--initial-cluster", "one=http://" + e.peer, "--initial-cluster-token", strings.ReplaceAll(e.addr, ":", "-"),
		},
	})
	eventually(e.t, startLimit, "etcd healthy at "+e.addr, func() bool {
		return answersOK("http://" + e.addr + "/health")
	})
}

// wipe removes all data of the ended server: another cluster starts afresh.
func (e *etcdServer) wipe() {
	e.t.Helper()
	if err := os.RemoveAll(e.dir); err != nil {
		e.t.Fatal(err)
	}
}
