package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/api"
	"github.com/fingerpost/fingerpost/controlplane/internal/codes"
	ours "github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
	"github.com/fingerpost/fingerpost/controlplane/internal/limits"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/live"
	"github.com/fingerpost/fingerpost/controlplane/internal/receipts"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// canary is an admin key; it must appear in no log and no answer.
const canary = "canary-admin-key-0123456789abcdef"

// fixture is the API over HTTP on a database of its own. Codes are minted
// without ranges, and the feed takes everything: both have tests of their own,
// and package server's tests put all together.
type fixture struct {
	t       testing.TB
	url     string
	handler http.Handler
	store   *store.Store
	access  *access.Access
	logs    *safeBuffer
	// stopped is when the clock was stopped that limits are counted by, and how long
	// keys are known, in Unix nanoseconds; 0 lets it go on.
	stopped *atomic.Int64
}

// stop stops the clock, and pass moves it on.
func (f *fixture) stop()                { f.stopped.Store(time.Now().UnixNano()) }
func (f *fixture) pass(d time.Duration) { f.stopped.Add(int64(d)) }

func (f *fixture) clock() time.Time {
	if at := f.stopped.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Now()
}

func start(t testing.TB) *fixture {
	t.Helper()
	return startWith(t, func(*api.Options) {})
}

// startWith is start with options of the test's own.
func startWith(t testing.TB, change func(*api.Options)) *fixture {
	t.Helper()
	f := &fixture{t: t, logs: new(safeBuffer), stopped: new(atomic.Int64)}
	log := slog.New(slog.NewTextHandler(f.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	f.store, err = store.Open(t.Context(), store.Options{URL: storetest.SQLite(t), Logger: log})
	must(err)
	t.Cleanup(func() { _ = f.store.Close() })
	f.access, err = access.New(f.store, f.clock)
	must(err)
	_, err = f.access.Bootstrap(t.Context(), canary)
	must(err)
	domains := new(links.Domains)
	for _, d := range []*wire.Domain{{Name: "go.example", Version: 1, Aliases: []string{"127.0.0.1"}}, {Name: "other.example", Version: 1}} {
		must(f.store.PutDomain(t.Context(), d))
	}
	f.readDomains(domains)
	codec, err := codes.New(make([]byte, 16), 7)
	must(err)
	long, err := codes.New(make([]byte, 16), 9)
	must(err)
	rules, err := links.New(links.Options{
		Store: f.store, Minter: new(counting), Codes: codec, Lengths: map[int]links.Encoder{9: long}, Publisher: silent{}, Domains: domains, Domain: "go.example"})
	must(err)
	hosts, err := ours.New(ours.Options{
		Store: f.store, Workspace: f.access.WorkspaceExists, Default: "go.example", Changed: func() { f.readDomains(domains) }})
	must(err)
	counters, err := limits.New(limits.Options{Clients: 10, Now: f.clock})
	must(err)
	guesses, err := limits.New(limits.Options{Clients: 10, Now: f.clock})
	must(err)
	once, err := idempotency.New(f.store, log, nil)
	must(err)
	clicks, err := stats.New(stats.Options{Store: f.store})
	must(err)
	watched, err := live.New(live.Options{Clicks: clicks, Every: 10 * time.Millisecond, PerOwner: 2, Logger: log})
	must(err)
	watched.Start()
	t.Cleanup(func() { _ = watched.Stop(t.Context()) })
	hooks, err := webhooks.New(webhooks.Options{
		Store: f.store, Workspace: f.access.WorkspaceExists, Logger: log, Registerer: prometheus.NewRegistry()})
	must(err)
	o := api.Options{
		Links: rules, Access: f.access, Audit: f.store, Domains: hosts, Limits: counters, Guesses: guesses, Once: once, Stats: clicks, Live: watched, Webhooks: hooks, Receipts: noEdges{}, Ranges: f.store, ShortURL: "https://{domain}", CursorKey: make([]byte, 32),
		Deadline: time.Minute, Logger: log, Registerer: prometheus.NewRegistry()}
	change(&o)
	handler, err := api.New(o)
	must(err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	f.url, f.handler = server.URL, handler
	return f
}

// noEdges is a fleet of none.
type noEdges struct{}

func (noEdges) Wait(_ context.Context, revision int64) (receipts.Receipt, error) {
	return receipts.Receipt{Revision: revision}, nil
}
func (noEdges) Edges(context.Context) ([]receipts.Edge, error) { return nil, nil }
func (noEdges) Await(context.Context)                          {}

// readDomains does what package server does after a change.
func (f *fixture) readDomains(into *links.Domains) {
	all, err := f.store.Domains(f.t.Context())
	if err != nil {
		f.t.Error(err)
	}
	into.Set(ours.Present(all))
}

// counting mints 1, 2, ….
type counting struct{ next atomic.Uint64 }

func (c *counting) Mint(_ context.Context, length int) (uint64, int, error) {
	return c.next.Add(1), length, nil
}

type silent struct{}

func (silent) Publish(_ context.Context, _ string, committed []*links.Link) {
	for _, l := range committed {
		l.Revision = 7
	}
}

type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer // mu
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// key makes a key with scopes, in a workspace of its own.
func (f *fixture) key(scopes ...access.Scope) string {
	f.t.Helper()
	workspace := strings.ToLower(rand.Text())
	if _, err := f.access.CreateWorkspace(f.t.Context(), workspace, ""); err != nil {
		f.t.Fatal(err)
	}
	secret, _, err := f.access.Create(f.t.Context(), access.NewKey{Name: "test", Workspace: workspace, Scopes: scopes})
	if err != nil {
		f.t.Fatal(err)
	}
	return secret
}

// ship books batches of clicks.
func (f *fixture) ship(batches ...*wire.Batch) {
	f.t.Helper()
	if _, err := f.store.AddBatches(f.t.Context(), batches); err != nil {
		f.t.Fatal(err)
	}
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

// do sends one request as the admin; header is pairs of name and value.
func (f *fixture) do(method, path, body string, header ...string) answer {
	f.t.Helper()
	request, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+canary)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	defer response.Body.Close()
	from := io.Reader(response.Body)
	if response.Header.Get("Content-Type") == "text/event-stream" {
		from = io.LimitReader(from, 1) // it does not end by itself
	}
	data, err := io.ReadAll(from)
	if err != nil {
		f.t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header, body: string(data)}
	_ = json.Unmarshal(data, &a.json) // what is no object stays nil
	description.hold(f.t, f.handler, request, &a)
	return a
}

// want fails unless the answer has the status, and, from 400 on, is a problem
// with the code; field, if not "", must be among its errors.
func (a answer) want(t testing.TB, status int, code, field string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %s", a.status, status, a.body)
		return
	}
	if status < 400 {
		return
	}
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("Content-Type %q", ct)
	}
	if a.json["code"] != code || a.json["status"] != float64(status) || a.json["title"] == "" || a.json["detail"] == "" || a.json["type"] != "about:blank" {
		t.Errorf("problem %s, want code %q", a.body, code)
	}
	if field == "" {
		return
	}
	errors, _ := a.json["errors"].([]any)
	for _, e := range errors {
		if e.(map[string]any)["field"] == field {
			return
		}
	}
	t.Errorf("problem %s does not name %s", a.body, field)
}
