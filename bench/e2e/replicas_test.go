package e2e_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/bench/e2e/process"
)

// planes is control planes on one PostgreSQL, and edges that know all of them.
type planes struct {
	database string
	etcd     *etcdServer
	replicas []*replica
	edges    []string // base URLs
}

// replica is one control plane on addresses that it keeps.
type replica struct {
	addr, rpc, ops string
	*process.Process
}

// startPlanes starts replicas of a program, and no edge.
func startPlanes(t *testing.T, program string, replicas int) *planes {
	t.Helper()
	p := &planes{database: postgres.NewDatabase(t)} // first: it may skip the test
	p.etcd = startEtcd(t)
	for range replicas {
		p.add(t, program)
	}
	return p
}

func (p *planes) add(t *testing.T, program string) {
	t.Helper()
	r := &replica{addr: process.Addr(t), rpc: process.Addr(t), ops: process.Addr(t)}
	p.replicas = append(p.replicas, r)
	p.start(t, r, program)
}

// start runs r, again if it has ended.
func (p *planes) start(t *testing.T, r *replica, program string) {
	t.Helper()
	r.Process = process.Start(t, process.Spec{
		Path: program,
		Args: []string{
			"serve", "--database-url", p.database, "--etcd", p.etcd.addr,
			"--addr", r.addr, "--rpc-addr", r.rpc, "--ops-addr", r.ops, "--region", "here",
		},
		Env: []string{"FINGERPOST_ADMIN_KEY=" + adminKey},
	})
	awaitReady(t, r.Process, r.ops)
}

func (p *planes) addEdge(t *testing.T, program string) {
	t.Helper()
	id := fmt.Sprint("edge-", len(p.edges))
	addr, ops := process.Addr(t), process.Addr(t)
	args := []string{"--id", id, "--region", "here", "--addr", addr, "--ops-addr", ops, "--etcd", p.etcd.addr, "--data", filepath.Join(t.TempDir(), id)}
	for _, r := range p.replicas {
		args = append(args, "--control", r.rpc)
	}
	awaitReady(t, process.Start(t, process.Spec{Path: program, Args: args}), ops)
	p.edges = append(p.edges, "http://"+addr)
}

// acks is what was acknowledged: targets by code.
type acks struct {
	mu    sync.Mutex
	codes map[string]string // mu
}

func newAcks() *acks { return &acks{codes: map[string]string{}} }

func (a *acks) add(t *testing.T, code, url string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if other, taken := a.codes[code]; taken {
		t.Errorf("code %s was given to %s and to %s", code, other, url)
	}
	a.codes[code] = url
}

func (a *acks) len() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.codes)
}

// await waits until an edge answers as was acknowledged, and gives how long it took.
func (a *acks) await(t *testing.T, edge string) time.Duration {
	t.Helper()
	began := time.Now()
	visitor := newVisitor(edge)
	defer visitor.close()
	for code, url := range a.codes {
		eventually(t, startLimit, edge+" answers "+code, func() bool {
			status, location, err := visitor.get(t.Context(), "/"+code)
			if err == nil && status == 302 && location != url {
				t.Fatalf("%s was acknowledged for %s and leads to %s", code, url, location)
			}
			return err == nil && status == 302
		})
	}
	return time.Since(began)
}
