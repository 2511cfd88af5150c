package access_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
)

// memory is the least Store that the rules can be tested on; one goroutine only.
type memory struct {
	access.Store // what the rules do not ask for here
	keys         []access.Key
	reads        int
	touched      int
	fail         error
}

func (m *memory) InsertKey(_ context.Context, k access.Key) error {
	for _, old := range m.keys {
		if old.ID == k.ID || old.Hash == k.Hash {
			return access.ErrExists
		}
	}
	m.keys = append(m.keys, k)
	return m.fail
}

func (m *memory) KeyByHash(_ context.Context, hash [32]byte) (access.Key, error) {
	m.reads++
	for _, k := range m.keys {
		if k.Hash == hash && m.fail == nil {
			return k, nil
		}
	}
	if m.fail != nil {
		return access.Key{}, m.fail
	}
	return access.Key{}, access.ErrNotFound
}

func (m *memory) AdminKeyExists(context.Context) (bool, error) { return len(m.keys) > 0, m.fail }
func (m *memory) ReadWorkspace(context.Context, string) (access.Workspace, error) {
	return access.Workspace{}, m.fail
}
func (m *memory) TouchKeys(_ context.Context, used map[string]int64) error {
	m.touched++
	for i, k := range m.keys {
		if at, ok := used[k.ID]; ok {
			m.keys[i].LastUsedAt = at
		}
	}
	return m.fail
}
func (m *memory) RevokeKey(_ context.Context, id string, at int64) error {
	for i := range m.keys {
		if m.keys[i].ID == id {
			m.keys[i].RevokedAt = at
			return nil
		}
	}
	return access.ErrNotFound
}

type fixture struct {
	*access.Access
	store *memory
	now   time.Time
}

func start(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{store: new(memory), now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	var err error
	if f.Access, err = access.New(f.store, func() time.Time { return f.now }); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestKeyForm(t *testing.T) {
	f := start(t)
	secret, key, err := f.Create(t.Context(), access.NewKey{Name: "ci", Scopes: []access.Scope{access.ReadURLs}})
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^fp_[0-9A-Za-z]{8}_[0-9A-Za-z]{32,}$`).MatchString(secret) || !strings.HasPrefix(secret, "fp_"+key.ID+"_") {
		t.Errorf("secret has an unexpected form")
	}
	if f.store.keys[0].Hash != sha256.Sum256([]byte(secret)) {
		t.Error("the store holds another hash")
	}
}

func TestScopes(t *testing.T) {
	reader := access.Key{Scopes: []access.Scope{access.ReadURLs}}
	admin := access.Key{Scopes: []access.Scope{access.Admin}}
	for _, s := range access.Scopes() {
		if got := reader.Allows(s); got != (s == access.ReadURLs) {
			t.Errorf("reader may %s: %v", s, got)
		}
		if !admin.Allows(s) {
			t.Errorf("admin may not %s", s)
		}
	}
}

// TestA13Revoked: within a second of the revocation by any replica, and without
// asking the store for every request.
func TestA13Revoked(t *testing.T) {
	f := start(t)
	secret, key, err := f.Create(t.Context(), access.NewKey{Scopes: []access.Scope{access.Admin}})
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, err := f.Authenticate(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
	}
	if f.store.reads != 1 {
		t.Errorf("asked the store %d times for 100 requests at one time", f.store.reads)
	}
	if err := f.Revoke(t.Context(), key.ID); err != nil {
		t.Fatal(err)
	}
	f.now = f.now.Add(time.Second)
	if _, err := f.Authenticate(t.Context(), secret); !errors.Is(err, access.ErrDenied) {
		t.Errorf("a second after: %v", err)
	}
}

func TestDenied(t *testing.T) {
	f := start(t)
	secret, _, err := f.Create(t.Context(), access.NewKey{Scopes: []access.Scope{access.Admin}, Expires: f.now.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	for name, presented := range map[string]string{
		"empty": "", "unknown": "fp_00000000_x", "prefix": secret[:20], "another case": strings.ToUpper(secret), "huge": strings.Repeat("x", 1<<20),
	} {
		if _, err := f.Authenticate(t.Context(), presented); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.Authenticate(t.Context(), secret); err != nil {
		t.Errorf("before it expires: %v", err)
	}
	f.now = f.now.Add(time.Minute)
	if _, err := f.Authenticate(t.Context(), secret); !errors.Is(err, access.ErrDenied) {
		t.Errorf("expired: %v", err)
	}
	f.store.fail = errors.New("down")
	f.now = f.now.Add(time.Hour)
	if _, err := f.Authenticate(t.Context(), secret); err == nil || errors.Is(err, access.ErrDenied) {
		t.Errorf("database down: %v; must not look like a wrong key", err)
	}
}

// TestUseIsNoted: seldom, and never while a request waits.
func TestUseIsNoted(t *testing.T) {
	f := start(t)
	secret, _, err := f.Create(t.Context(), access.NewKey{Scopes: []access.Scope{access.Admin}})
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		if _, err := f.Authenticate(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		f.Flush(t.Context())
		f.now = f.now.Add(time.Second)
	}
	if f.store.touched > 4 || f.store.touched < 3 {
		t.Errorf("%d writes in 200 seconds", f.store.touched)
	}
}

func TestBootstrap(t *testing.T) {
	t.Run("made once", func(t *testing.T) {
		f := start(t)
		made, err := f.Bootstrap(t.Context(), "")
		if err != nil || made == "" {
			t.Fatalf("made %d characters, error %v", len(made), err)
		}
		if key, err := f.Authenticate(t.Context(), made); err != nil || !key.Allows(access.Admin) {
			t.Errorf("key %v, error %v", key.ID, err)
		}
		if again, err := f.Bootstrap(t.Context(), ""); err != nil || again != "" {
			t.Errorf("a second start made another key, error %v", err)
		}
	})
	t.Run("preset", func(t *testing.T) {
		f := start(t)
		preset := strings.Repeat("k", 24)
		for range 2 {
			if made, err := f.Bootstrap(t.Context(), preset); err != nil || made != "" {
				t.Fatalf("made %q, error %v", made, err)
			}
		}
		if _, err := f.Authenticate(t.Context(), preset); err != nil {
			t.Error(err)
		}
	})
	for name, preset := range map[string]string{"short": "canary-short", "space": "canary " + strings.Repeat("x", 30), "long": strings.Repeat("canary", 50)} {
		t.Run(name, func(t *testing.T) {
			_, err := start(t).Bootstrap(t.Context(), preset)
			if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "openssl") {
				t.Errorf("error %v, want a remedy and not the key", err)
			}
		})
	}
}

// slow answers when the test says so, as things were when it was asked.
type slow struct {
	*memory
	asked, answers chan struct{}
}

func (s slow) KeyByHash(ctx context.Context, hash [32]byte) (access.Key, error) {
	s.asked <- struct{}{}
	key, err := s.memory.KeyByHash(ctx, hash)
	select {
	case <-s.answers:
	case <-ctx.Done():
		return access.Key{}, ctx.Err()
	}
	return key, err
}

// shown is a key of a store that is slow.
func shown(t *testing.T) (a *access.Access, store slow, secret string) {
	t.Helper()
	store = slow{new(memory), make(chan struct{}, 100), make(chan struct{})}
	a, err := access.New(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err = a.Create(t.Context(), access.NewKey{Scopes: []access.Scope{access.ReadURLs}})
	if err != nil {
		t.Fatal(err)
	}
	return a, store, secret
}

// Many who show one key at once are one question.
func TestOneQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store, secret := shown(t)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if _, err := a.Authenticate(t.Context(), secret); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if n := len(store.asked); n != 1 {
			t.Errorf("asked %d times", n)
		}
		close(store.answers)
		all.Wait()
	})
}

// TestA13OldAnswer: a question from before the revocation answers nobody who came
// long after it.
func TestA13OldAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store, secret := shown(t)
		var all sync.WaitGroup
		for _, want := range []error{nil, access.ErrDenied} {
			all.Go(func() {
				if _, err := a.Authenticate(t.Context(), secret); !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
			})
			synctest.Wait()
			if err := a.Revoke(t.Context(), store.keys[0].ID); err != nil {
				t.Fatal(err)
			}
			time.Sleep(600 * time.Millisecond)
		}
		close(store.answers)
		all.Wait()
	})
}

// Who waits for another's question does not hang on the other's patience.
func TestWhoAskedGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store, secret := shown(t)
		ctx, giveUp := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for _, c := range []struct {
			ctx  context.Context
			want error
		}{{ctx, context.Canceled}, {t.Context(), nil}} {
			all.Go(func() {
				if _, err := a.Authenticate(c.ctx, secret); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			})
			synctest.Wait()
		}
		giveUp()
		synctest.Wait()
		close(store.answers)
		all.Wait()
	})
}
