package webhooks_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
	"github.com/fingerpost/fingerpost/sync/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is webhooks on a database of their own, with a clock that can be moved.
type world struct {
	t     *testing.T
	store *store.Store
	hooks *webhooks.Webhooks
	// within bounds an attempt.
	within time.Duration
	// wrap, if not nil, gives replicas another store than the real one.
	wrap func(webhooks.Store) webhooks.Store

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func newWorld(t *testing.T, private bool) *world {
	t.Helper()
	w := &world{t: t, now: time.Now(), within: 5 * time.Second}
	log := slog.New(slog.DiscardHandler)
	var err error
	if w.store, err = store.Open(t.Context(), store.Options{URL: storetest.SQLite(t), Logger: log, Now: w.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	w.hooks = w.replica(private)
	return w
}

// replica is another one on the same database.
func (w *world) replica(private bool) *webhooks.Webhooks {
	w.t.Helper()
	var s webhooks.Store = w.store
	if w.wrap != nil {
		s = w.wrap(s)
	}
	h, err := webhooks.New(webhooks.Options{
		Store: s, Workspace: func(_ context.Context, id string) (bool, error) { return id != "nowhere", nil }, Private: private,
		Every: 5 * time.Millisecond, Within: w.within, Now: w.clock, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// run runs replicas until the test ends.
func (w *world) run(replicas ...*webhooks.Webhooks) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, h := range replicas {
		running.Go(func() { h.Run(ctx) })
	}
	w.t.Cleanup(func() { cancel(); running.Wait() })
}

func (w *world) seal() {
	w.t.Helper()
	_, err := w.store.SealEntries(w.t.Context(), 1000, func(b audit.Block, e []audit.Entry) audit.Block { return audit.Seal(b, e, 1) })
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) create(workspace, code string) {
	w.t.Helper()
	l := &links.Link{Link: link.Link{
		Key: link.Key{Domain: "go.example", Code: code}, URL: "https://example.com/" + code, Redirect: 302, Status: link.Active, Version: 1,
	}, Workspace: workspace}
	if err := w.store.CreateLink(w.t.Context(), l); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) change(code string, change func(*links.Link)) {
	w.t.Helper()
	_, err := w.store.ChangeLink(w.t.Context(), link.Key{Domain: "go.example", Code: code}, func(l *links.Link) error { change(l); l.Version++; return nil })
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) subscribe(url string, events ...string) webhooks.Webhook {
	w.t.Helper()
	made, err := w.hooks.Create(w.t.Context(), webhooks.Webhook{Workspace: "shop", URL: url, Events: events})
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

// receiver is somebody's server.
type receiver struct {
	*httptest.Server
	secret string
	answer func(n int) int // status of the n-th request, from 1

	mu       sync.Mutex
	got      []received // guarded by mu
	problems []string   // guarded by mu
}

type received struct {
	id   string
	body struct {
		Type      string
		Timestamp time.Time
		Data      map[string]any
	}
}

func newReceiver(t *testing.T, answer func(n int) int) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	text, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	one := received{id: q.Header.Get("webhook-id")}
	if err := json.Unmarshal(text, &one.body); err != nil {
		r.problems = append(r.problems, err.Error())
	}
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", one.id, q.Header.Get("webhook-timestamp"), text)
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); q.Header.Get("webhook-signature") != want {
		r.problems = append(r.problems, "signature "+q.Header.Get("webhook-signature")+", want "+want)
	}
	r.got = append(r.got, one)
	w.WriteHeader(r.answer(len(r.got)))
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no sign of %s", what)
		}
	}
}

func status(code int) func(int) int { return func(int) int { return code } }
