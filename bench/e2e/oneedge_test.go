package e2e_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/process"
	"github.com/fingerpost/fingerpost/bench/hist"
)

// loadTime is for how long the L cases load an edge. What is measured is judged
// only when somebody asked for a time: a test among others on a busy machine
// looks at behaviour alone.
func loadTime(t *testing.T) (d time.Duration, judged bool) {
	t.Helper()
	const variable = "FINGERPOST_LOAD_TIME"
	text := os.Getenv(variable)
	if text == "" {
		return time.Second, false
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return d, true
}

// oneEdge is an edge with all that it needs, each in a process of its own.
type oneEdge struct {
	control   string // base URL
	addr, ops string
	*process.Process
}

// startOneEdge takes further flags of the edge.
func startOneEdge(t *testing.T, flags ...string) *oneEdge {
	t.Helper()
	etcd := startEtcd(t)
	control, rpc, ops := process.Addr(t), process.Addr(t), process.Addr(t)
	plane := process.Start(t, process.Spec{
		Path: builds.Path(t, controlplanePkg),
		Args: []string{
			"serve", "--database-url", "sqlite:" + filepath.Join(t.TempDir(), "links.db"), "--etcd", etcd.addr,
			"--addr", control, "--rpc-addr", rpc, "--ops-addr", ops,
		},
		Env: []string{"FINGERPOST_ADMIN_KEY=" + adminKey},
	})
	awaitReady(t, plane, ops)
	e := &oneEdge{control: "http://" + control, addr: process.Addr(t), ops: process.Addr(t)}
	e.Process = process.Start(t, process.Spec{
		Path: builds.Path(t, edgePkg),
		Args: append([]string{
			"--id", "edge", "--addr", e.addr, "--ops-addr", e.ops, "--control", rpc, "--etcd", etcd.addr,
			"--data", filepath.Join(t.TempDir(), "edge"), "--cache-bytes", "16777216",
		}, flags...),
	})
	awaitReady(t, e.Process, e.ops)
	return e
}

// link makes a link and asks for it once, so that it is in memory.
func (e *oneEdge) link(t *testing.T) (code string) {
	t.Helper()
	code = newClient(t, e.control).must(t, 201, "POST", "/urls", target("https://example.org/known")).Code
	v := newVisitor(e.addr)
	defer v.close()
	if status, _, err := v.get(t.Context(), "/"+code); status != 302 || err != nil {
		t.Fatalf("the link is answered %d, %v", status, err)
	}
	return code
}

// metric reads one metric of the edge, 0 if it is not there.
func (e *oneEdge) metric(t *testing.T, name string) float64 {
	t.Helper()
	r, err := http.Get("http://" + e.ops + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	for lines := bufio.NewScanner(r.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return 0
}

// traffic is what visitors of an edge saw.
type traffic struct {
	statuses map[int]int
	failures int // connections that ended without an answer
	times    *hist.Histogram
	took     time.Duration
}

// rate is answers with status a second.
func (r traffic) rate(status int) float64 { return float64(r.statuses[status]) / r.took.Seconds() }

// visitFor has visitors ask for paths, one request after the other, until ctx
// ends.
func visitFor(ctx context.Context, addr string, visitors int, path func() string) traffic {
	all := traffic{statuses: make(map[int]int), times: hist.New()}
	begin := time.Now()
	var mu sync.Mutex
	var group sync.WaitGroup
	for range visitors {
		group.Go(func() {
			mine := traffic{statuses: make(map[int]int), times: hist.New()}
			v := newVisitor(addr)
			defer v.close()
			for ctx.Err() == nil {
				sent := time.Now()
				status, _, err := v.get(ctx, path())
				switch {
				case err == nil:
					mine.times.Record(time.Since(sent))
					mine.statuses[status]++
				case ctx.Err() == nil && !errors.Is(err, io.EOF):
					mine.failures++
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all.times.Merge(mine.times)
			all.failures += mine.failures
			for status, n := range mine.statuses {
				all.statuses[status] += n
			}
		})
	}
	group.Wait()
	all.took = time.Since(begin)
	return all
}

// during is visitFor for a time.
func during(t *testing.T, d time.Duration, addr string, visitors int, path func() string) traffic {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	return visitFor(ctx, addr, visitors, path)
}
