package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/process"
	"github.com/fingerpost/fingerpost/bench/e2e/promise"
)

// aloneEdge is an edge with what stands behind it, each a process of its own
// that may be killed, frozen and started again on the same data.
type aloneEdge struct {
	t         *testing.T
	etcd      *etcdServer
	control   string // base URL
	plane     *process.Process
	addr, ops string
	edge      *process.Process
	args      []string // of the edge
}

func startAloneEdge(t *testing.T, flags ...string) *aloneEdge {
	t.Helper()
	a := &aloneEdge{t: t, etcd: startEtcd(t), addr: process.Addr(t), ops: process.Addr(t)}
	control, rpc, ops := process.Addr(t), process.Addr(t), process.Addr(t)
	a.control = "http://" + control
	a.plane = process.Start(t, process.Spec{
		Path: builds.Path(t, controlplanePkg),
		Args: []string{
			"serve", "--database-url", "sqlite:" + filepath.Join(t.TempDir(), "links.db"), "--etcd", a.etcd.addr,
			"--addr", control, "--rpc-addr", rpc, "--ops-addr", ops,
		},
		Env: []string{"FINGERPOST_ADMIN_KEY=" + adminKey},
	})
	awaitReady(t, a.plane, ops)
	a.args = append([]string{
		"--id", "alone", "--addr", a.addr, "--ops-addr", a.ops, "--control", rpc, "--etcd", a.etcd.addr,
		"--data", filepath.Join(t.TempDir(), "edge"),
	}, flags...)
	a.startEdge()
	awaitReady(t, a.edge, a.ops)
	return a
}

func (a *aloneEdge) startEdge() {
	a.t.Helper()
	a.edge = process.Start(a.t, process.Spec{Path: builds.Path(a.t, edgePkg), Args: a.args})
}

// create makes links and has the edge asked for each.
func (a *aloneEdge) create(api *client, n int) (codes []string) {
	a.t.Helper()
	for i := range n {
		codes = append(codes, api.must(a.t, 201, "POST", "/urls", target(fmt.Sprint("https://example.org/", i))).Code)
		a.gives(codes[i], 302)
	}
	return codes
}

// gives waits until a link is answered with a status.
func (a *aloneEdge) gives(code string, want int) {
	a.t.Helper()
	v := newVisitor("http://" + a.addr)
	defer v.close()
	eventually(a.t, startLimit, fmt.Sprintf("%s answers %d", code, want), func() bool {
		status, _, err := v.get(a.t.Context(), "/"+code)
		return err == nil && status == want
	})
}

// says waits until the ops port calls the edge attached or detached, in all
// places, and gives how long that took.
func (a *aloneEdge) says(state string) time.Duration {
	a.t.Helper()
	begin := time.Now()
	eventually(a.t, startLimit, "the edge is "+state, func() bool {
		r, err := http.Get("http://" + a.ops + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.Header.Get("Fingerpost-Feed") == state && (r.StatusCode == http.StatusOK) == (state == "attached")
	})
	return time.Since(begin)
}

// visit asks for the links in turn until stop is called. Each is either sent to
// its target or, if it is in deleted and once it was answered so, gone for good.
func (a *aloneEdge) visit(codes []string, deleted map[string]*atomic.Bool) (visits *atomic.Int64, stop func()) {
	ctx, cancel := context.WithCancel(a.t.Context())
	visits = new(atomic.Int64)
	var running sync.WaitGroup
	running.Go(func() {
		v := newVisitor("http://" + a.addr)
		defer v.close()
		gone := map[string]bool{}
		for i := 0; ctx.Err() == nil; i++ {
			code := codes[i%len(codes)]
			status, _, err := v.get(ctx, "/"+code)
			may := deleted[code]
			switch {
			case ctx.Err() != nil:
				return
			case err == nil && status == 410 && may != nil && may.Load():
				gone[code] = true
			case err != nil || status != 302:
				a.t.Errorf("%s: %d, error %v", code, status, err)
				return
			case gone[code]:
				a.t.Errorf("%s is back after it was gone", code)
				return
			}
			visits.Add(1)
		}
	})
	return visits, func() { cancel(); running.Wait() }
}

// F4: etcd killed, or frozen with its sockets open. Redirects go on, all of them;
// the edge says that it is detached and that it is attached again; nothing that
// was deleted comes back. How long it took is told; where times are judged, it is with
// a second's grace.
func TestF4EtcdGone(t *testing.T) {
	t.Parallel()
	a := startAloneEdge(t)
	api := newClient(t, a.control)
	codes := a.create(api, 20)
	deleted := map[string]*atomic.Bool{}
	for _, code := range codes[:3] {
		deleted[code] = new(atomic.Bool)
	}
	visits, stop := a.visit(codes, deleted)
	defer stop()
	for i, c := range []struct {
		name       string
		lose, back func()
	}{
		{"frozen", func() { a.etcd.Signal(syscall.SIGSTOP) }, func() { a.etcd.Signal(syscall.SIGCONT) }},
		{"killed", func() { a.etcd.Kill() }, func() { a.etcd.start() }},
		{"killed and wiped", func() { a.etcd.Kill() }, func() { a.etcd.wipe(); a.etcd.start() }},
	} {
		c.lose()
		detached := a.says("detached")
		deleted[codes[i]].Store(true)
		api.must(t, 204, "DELETE", "/urls/"+codes[i], "")
		before := visits.Load()
		eventually(t, startLimit, "visitors are answered meanwhile", func() bool { return visits.Load() > before+1000 })
		c.back()
		attached := a.says("attached")
		a.gives(codes[i], 410)
		t.Logf("%s: detached after %v, attached %v after it was back", c.name, detached, attached)
		if detached > promise.Within(3*time.Second) || attached > promise.Within(6*time.Second) {
			t.Errorf("%s: detached after %v, attached again after %v; want 2 s and 5 s", c.name, detached, attached)
		}
	}
}

// F10: everything but the edge is gone, and the edge is killed in the middle of
// its work. It restarts and answers what it had shown last.
func TestF10EverythingElseGone(t *testing.T) {
	t.Parallel()
	a := startAloneEdge(t, "--max-stale", "1h")
	api := newClient(t, a.control)
	codes := a.create(api, 50)
	blocked := codes[:10]
	for _, code := range blocked[:5] {
		api.must(t, 200, "PATCH", "/urls/"+code, `{"status":"blocked"}`)
		a.gives(code, 451)
	}
	for _, code := range blocked[5:] {
		api.must(t, 204, "DELETE", "/urls/"+code, "")
		a.gives(code, 410) // this very moment: it must be on disk by now
	}
	a.edge.Kill()
	a.etcd.Kill()
	a.plane.Kill()

	begin := time.Now()
	a.startEdge()
	a.gives(codes[len(codes)-1], 302)
	t.Logf("the first answer came %v after the start", time.Since(begin))
	v := newVisitor("http://" + a.addr)
	defer v.close()
	for i, code := range codes {
		want := 302
		if i < 5 {
			want = 451
		} else if i < 10 {
			want = 410
		}
		if status, _, err := v.get(t.Context(), "/"+code); err != nil || status != want {
			t.Errorf("link %d: %d, error %v; want %d", i, status, err, want)
		}
	}
	if status, _, err := v.get(t.Context(), "/never-seen"); err != nil || status != 503 {
		t.Errorf("a link that it never had: %d, error %v", status, err)
	}
	a.says("detached")
}
