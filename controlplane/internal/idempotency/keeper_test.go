package idempotency_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
	"github.com/fingerpost/fingerpost/sync/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fleet is replicas on one database.
type fleet struct {
	t       *testing.T
	store   *store.Store
	keepers []*idempotency.Keeper
	now     atomic.Int64 // Unix milliseconds
	codes   atomic.Int64
	sealer  *idempotency.Sealer
}

func start(t *testing.T, replicas int) *fleet {
	t.Helper()
	f := &fleet{t: t}
	f.now.Store(1_700_000_000_000)
	log := slog.New(slog.DiscardHandler)
	var err error
	if f.store, err = store.Open(t.Context(), store.Options{URL: storetest.SQLite(t), Logger: log}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.store.Close() })
	for range replicas {
		k, err := idempotency.New(f.store, log, func() time.Time { return time.UnixMilli(f.now.Load()) })
		if err != nil {
			t.Fatal(err)
		}
		f.keepers = append(f.keepers, k)
	}
	if f.sealer, err = idempotency.NewSealer("fp_an_api_key"); err != nil {
		t.Fatal(err)
	}
	return f
}

// create is the request to make a link; after runs between the commit and the
// answer.
func (f *fleet) create(after func() *idempotency.Answer) idempotency.Request {
	return idempotency.Request{
		Name: idempotency.Name{KeyID: "k", Hash: [32]byte{1}}, Fingerprint: [32]byte{2}, Sealer: f.sealer,
		Run: func(ctx context.Context) *idempotency.Answer {
			code := fmt.Sprint("code", f.codes.Add(1))
			l := &links.Link{Link: link.Link{Key: link.Key{Domain: "d", Code: code}, URL: "https://example.org", Status: link.Active, Redirect: 302}}
			if err := f.store.CreateLink(ctx, l); err != nil {
				return &idempotency.Answer{Status: http.StatusServiceUnavailable}
			}
			if after != nil {
				return after()
			}
			return &idempotency.Answer{Status: http.StatusCreated, Header: http.Header{"Etag": {code}}, Body: []byte("made link d/" + code)}
		},
		Rebuild: func(_ context.Context, subject string) (*idempotency.Answer, error) {
			return &idempotency.Answer{Status: http.StatusCreated, Body: []byte("rebuilt " + subject)}, nil
		},
	}
}

func (f *fleet) links() int {
	f.t.Helper()
	n, err := f.store.PendingChanges(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

func (f *fleet) do(replica int, r idempotency.Request) (*idempotency.Answer, error) {
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	leave, err := f.keepers[replica].Enter(ctx, r.Name)
	if err != nil {
		return nil, err
	}
	defer leave()
	return f.keepers[replica].Do(ctx, r)
}

func (f *fleet) want(replica int, r idempotency.Request, body string) {
	f.t.Helper()
	a, err := f.do(replica, r)
	if err != nil || string(a.Body) != body {
		f.t.Errorf("answer %+v (%v), want %q", a, err, body)
	}
}

// TestA5Replicas: also between replicas, one effect and one answer.
func TestA5Replicas(t *testing.T) {
	f := start(t, 4)
	bodies := make(chan string, 40)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			a, err := f.do(i%4, f.create(nil))
			if err != nil {
				t.Error(err)
				return
			}
			bodies <- fmt.Sprint(a.Status, a.Header, string(a.Body))
		})
	}
	all.Wait()
	close(bodies)
	first := <-bodies
	for body := range bodies {
		if body != first {
			t.Fatalf("answers %q and %q", first, body)
		}
	}
	if f.links() != 1 {
		t.Errorf("%d links", f.links())
	}
}

// TestDiesAfterCommit: the process ends between the commit and its answer.
// Whoever asks next makes the answer, once for all.
func TestDiesAfterCommit(t *testing.T) {
	f := start(t, 2)
	func() {
		defer func() { _ = recover() }()
		_, _ = f.do(0, f.create(func() *idempotency.Answer { panic("killed") }))
	}()
	f.now.Add(1000)
	f.want(1, f.create(nil), "rebuilt link d/code1")
	f.want(0, f.create(nil), "rebuilt link d/code1")
	if f.links() != 1 {
		t.Errorf("%d links", f.links())
	}
}

// TestLateAnswer: an attempt that was given up for dead answers as the others
// were answered meanwhile.
func TestLateAnswer(t *testing.T) {
	f := start(t, 2)
	f.want(0, f.create(func() *idempotency.Answer {
		f.now.Add(1000)
		f.want(1, f.create(nil), "rebuilt link d/code1")
		return &idempotency.Answer{Status: 201, Body: []byte("late")}
	}), "rebuilt link d/code1")
}

// TestAmbiguousCommit: the change was committed, and its maker does not know.
func TestAmbiguousCommit(t *testing.T) {
	for _, status := range []int{503, 500, 499} {
		f := start(t, 1)
		f.want(0, f.create(func() *idempotency.Answer { return &idempotency.Answer{Status: status} }), "rebuilt link d/code1")
	}
	f := start(t, 1)
	failed := f.create(nil)
	failed.Run = func(context.Context) *idempotency.Answer { return &idempotency.Answer{Status: 503} }
	if a, err := f.do(0, failed); err != nil || a.Status != 503 {
		t.Errorf("what did not happen was answered %+v (%v)", a, err)
	}
	f.want(0, f.create(nil), "made link d/code1")
}

func TestRunning(t *testing.T) {
	f := start(t, 1)
	ended := make(chan struct{})
	f.want(0, f.create(func() *idempotency.Answer {
		go func() {
			defer close(ended)
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			if _, err := f.keepers[0].Enter(ctx, f.create(nil).Name); !errors.Is(err, idempotency.ErrRunning) {
				t.Errorf("while the first is running: %v", err)
			}
		}()
		<-ended
		return &idempotency.Answer{Status: 201, Body: []byte("made")}
	}), "made")
}

func TestExpires(t *testing.T) {
	f := start(t, 1)
	f.want(0, f.create(nil), "made link d/code1")
	f.now.Add(idempotency.Lifetime.Milliseconds())
	f.want(0, f.create(nil), "made link d/code1")
	f.now.Add(1)
	f.want(0, f.create(nil), "made link d/code2")
}

// TestSealed: what is stored cannot be read without the API key, nor under
// another name.
func TestSealed(t *testing.T) {
	f := start(t, 1)
	r := f.create(nil)
	f.want(0, r, "made link d/code1")
	stored, err := f.store.ReadAttempt(t.Context(), r.Name, 0)
	if err != nil || len(stored.Answer) == 0 {
		t.Fatal(err)
	}
	if json.Valid(stored.Answer) {
		t.Errorf("the answer is stored in the clear: %s", stored.Answer)
	}
	other, err := idempotency.NewSealer("fp_another_key")
	if err != nil {
		t.Fatal(err)
	}
	r.Sealer = other
	if a, err := f.do(0, r); err == nil {
		t.Errorf("another API key opened the answer: %+v", a)
	}
	r = f.create(nil)
	r.Fingerprint = [32]byte{9}
	if _, err := f.do(0, r); !errors.Is(err, idempotency.ErrMismatch) {
		t.Errorf("another request: %v", err)
	}
}
