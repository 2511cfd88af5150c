package e2e_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/bench/e2e/promise"
	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

const takedownKey = "takedown-admin-key-0123456789abcdef"

// takedownEdges is the fleet of TestBlockReachesTenEdges.
const takedownEdges = 10

// fleet is a control plane and edges in this process.
type fleet struct {
	control, rpc, etcd string
	registry           *prometheus.Registry // of the control plane
	edges              []*node.Node
}

func startFleet(t *testing.T, edges int) *fleet {
	t.Helper()
	f := &fleet{etcd: feedtest.Start(t).Endpoint(), registry: prometheus.NewRegistry()}
	plane, err := server.New(server.Options{
		DatabaseURL: "sqlite:" + filepath.Join(t.TempDir(), "links.db"), Etcd: []string{f.etcd}, AdminKey: takedownKey, Registry: f.registry,
		Addr: "127.0.0.1:0", RPCAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Deadline: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := plane.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ended(t, plane.Stop)
	f.control, f.rpc = "http://"+plane.Addr(), plane.RPCAddr()
	f.addEdges(t, edges)
	return f
}

// addEdges starts edges at once, and waits until they are ready.
func (f *fleet) addEdges(t *testing.T, edges int) {
	t.Helper()
	var group sync.WaitGroup
	for range edges {
		n, err := node.New(node.Options{
			ID: fmt.Sprintf("edge-%d", len(f.edges)), Region: "test", Addr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0", CacheBytes: 8 << 20,
			Control: []string{f.rpc}, Etcd: []string{f.etcd}, Data: t.TempDir(), Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		f.edges = append(f.edges, n)
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if err := n.Start(ctx); err != nil {
				t.Error(err)
				return
			}
			ended(t, n.Stop)
			if err := n.WaitReady(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

func ended(t *testing.T, stop func(context.Context) error) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), promise.Within(20*time.Second))
		defer cancel()
		if err := stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

// write sends a write that waits for the edges, and gives how many have applied it.
func (f *fleet) write(t *testing.T, method, path, body string, status int) (applied string) {
	t.Helper()
	header, _ := f.ask(t, method, path+"?wait=edges", body, status)
	return header.Get("Fingerpost-Applied")
}

// ask makes a call until the answer is no longer to come again, as it is while the
// machine stands still; it must then have status.
func (f *fleet) ask(t *testing.T, method, path, body string, status int) (header http.Header, answer []byte) {
	t.Helper()
	name := rand.Text()
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		request, err := http.NewRequest(method, f.control+path, strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return nil, nil
		}
		request.Header.Set("Authorization", "Bearer "+takedownKey)
		request.Header.Set("Content-Type", "application/json")
		if method == http.MethodPost {
			request.Header.Set("Idempotency-Key", name)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Error(err)
			return nil, nil
		}
		answer, _ = io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != status && response.Header.Get("Retry-After") != "" && time.Since(begin) < startLimit {
			continue
		}
		if response.StatusCode != status {
			t.Errorf("%s %s: %s %s", method, path, response.Status, answer)
		}
		return response.Header, answer
	}
}

// answers checks that every edge answers with status, each asked until it has an answer.
func (f *fleet) answers(t *testing.T, code string, status int) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	for _, n := range f.edges {
		var got int
		eventually(t, startLimit, n.Addr()+" answers", func() bool {
			response, err := client.Get("http://" + n.Addr() + "/" + code)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			got = response.StatusCode
			return got != http.StatusServiceUnavailable
		})
		if got != status {
			t.Errorf("%s at %s: %d, want %d", code, n.Addr(), got, status)
		}
	}
}

// A block with ?wait=edges returns when all ten edges answer 451, also when it is
// repeated. FINGERPOST_TAKEDOWNS
// says how often; the p99 of the calls is printed.
func TestBlockReachesTenEdges(t *testing.T) {
	calls := 20
	if n, err := strconv.Atoi(os.Getenv("FINGERPOST_TAKEDOWNS")); err == nil {
		calls = n
	}
	f := startFleet(t, takedownEdges)
	f.listed(t)
	var times []time.Duration
	undecided := 0
	for i := range calls {
		code := fmt.Sprintf("takedown-%d", i)
		f.write(t, "POST", "/api/v1/urls", fmt.Sprintf(`{"long_url":"https://example.com/","alias":%q}`, code), http.StatusCreated)
		f.answers(t, code, http.StatusFound) // every edge holds it now
		start := time.Now()
		applied := f.write(t, "PATCH", "/api/v1/urls/"+code, `{"status":"blocked"}`, http.StatusOK)
		times = append(times, time.Since(start))
		if applied != fmt.Sprintf("%d/%d", takedownEdges, takedownEdges) {
			undecided++ // it says that it did not wait for all: the machine is busy
			continue
		}
		f.answers(t, code, http.StatusUnavailableForLegalReasons)
	}
	if undecided == calls {
		t.Errorf("none of %d blocks was applied by all edges in time", calls)
	}
	if applied := f.write(t, "PATCH", "/api/v1/urls/takedown-0", `{"status":"blocked"}`, http.StatusOK); applied == "" {
		t.Error("a block that is repeated does not wait for the edges")
	}
	slices.Sort(times)
	t.Logf("%d blocks with ?wait=edges and %d edges: p50 %v, p99 %v, slowest %v",
		calls, takedownEdges, times[calls/2], times[calls*99/100], times[calls-1])
}

// listed waits until the control plane lists all edges.
func (f *fleet) listed(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		applied := f.write(t, "POST", "/api/v1/urls", `{"long_url":"https://example.com/"}`, http.StatusCreated)
		if applied == fmt.Sprintf("%d/%d", len(f.edges), len(f.edges)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("a create is applied by %s, of %d edges", applied, len(f.edges))
		}
	}
}
