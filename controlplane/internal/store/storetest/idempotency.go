package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

const now = 1_700_000_000_000

func attempt(token string) *idempotency.Attempt {
	return &idempotency.Attempt{
		Name: idempotency.Name{KeyID: "k", Hash: [32]byte{1}}, Fingerprint: [32]byte{2}, Token: token, Now: now, Oldest: now - 1000,
	}
}

// claimOnce: of 50 attempts at different links under one name, one creates.
func claimOnce(t *testing.T, s *store.Store) {
	var won, lost atomic.Int32
	together(50, func(i int) {
		a := attempt(fmt.Sprint("t", i))
		err := s.CreateLink(idempotency.With(timeout(t), a), sample(fmt.Sprint("code", i)))
		switch {
		case err == nil && !a.Lost:
			won.Add(1)
		case errors.Is(err, idempotency.ErrClaimed) && a.Lost:
			lost.Add(1)
		default:
			t.Errorf("attempt %d: %v, lost %t", i, err, a.Lost)
		}
	})
	if won.Load() != 1 || lost.Load() != 49 || pending(t, s) != 1 {
		t.Errorf("%d won and %d lost, %d changes", won.Load(), lost.Load(), pending(t, s))
	}
}

func claimCommits(t *testing.T, s *store.Store) {
	a := attempt("t")
	create(t, s, sample("taken"))
	if err := s.CreateLink(idempotency.With(timeout(t), a), sample("taken")); !errors.Is(err, links.ErrTaken) {
		t.Fatal(err)
	}
	if _, err := s.ReadAttempt(timeout(t), a.Name, 0); !errors.Is(err, idempotency.ErrNotFound) {
		t.Errorf("a refused change left its name: %v", err)
	}
	if err := s.CreateLink(idempotency.With(timeout(t), a), sample("free")); err != nil {
		t.Fatal(err)
	}
	r, err := s.ReadAttempt(timeout(t), a.Name, 0)
	if err != nil || r.Subject != "link go.example/free" || r.Token != "t" || r.Fingerprint != a.Fingerprint || r.CreatedAt != now || r.Final {
		t.Errorf("record %+v (%v)", r, err)
	}
	if err := s.CreateLink(idempotency.With(timeout(t), a), sample("more")); err != nil {
		t.Errorf("a second transaction of the same attempt: %v", err)
	}
}

func settleOnce(t *testing.T, s *store.Store) {
	a := attempt("mine")
	if err := s.CreateLink(idempotency.With(timeout(t), a), sample("x")); err != nil {
		t.Fatal(err)
	}
	var settled atomic.Int32
	together(20, func(i int) {
		r := idempotency.Record{Fingerprint: a.Fingerprint, Token: "mine", CreatedAt: now, Answer: []byte{byte(i)}}
		first, err := s.SettleAttempt(timeout(t), a.Name, r, a.Oldest)
		if err != nil {
			t.Error(err)
		}
		if first {
			settled.Add(1)
		}
	})
	first, err := s.ReadAttempt(timeout(t), a.Name, 0)
	if err != nil || settled.Load() != 1 || !first.Final {
		t.Fatalf("%d answers were taken, and the record is %+v (%v)", settled.Load(), first, err)
	}
	other := idempotency.Record{Token: "other", CreatedAt: now, Answer: []byte("other")}
	if taken, err := s.SettleAttempt(timeout(t), a.Name, other, a.Oldest); taken || err != nil {
		t.Errorf("another attempt's answer was taken: %t, %v", taken, err)
	}
	unchanged := idempotency.Name{KeyID: "k", Hash: [32]byte{9}}
	if taken, err := s.SettleAttempt(timeout(t), unchanged, other, a.Oldest); !taken || err != nil {
		t.Errorf("the answer of a request that changed nothing: %t, %v", taken, err)
	}
}

// forgets: an expired name is free before it is removed, and removed in the end.
func forgets(t *testing.T, s *store.Store) {
	old := attempt("old")
	old.Now = now - 5000
	if err := s.CreateLink(idempotency.With(timeout(t), old), sample("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadAttempt(timeout(t), old.Name, now-1000); !errors.Is(err, idempotency.ErrNotFound) {
		t.Errorf("an expired name: %v", err)
	}
	if err := s.CreateLink(idempotency.With(timeout(t), attempt("new")), sample("y")); err != nil {
		t.Errorf("an expired name is not free: %v", err)
	}
	other := attempt("other")
	other.Now, other.Name.Hash = now-5000, [32]byte{7}
	if err := s.CreateLink(idempotency.With(timeout(t), other), sample("z")); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ForgetAttempts(timeout(t), now-1000, 10); n != 1 || err != nil {
		t.Errorf("%d forgotten (%v)", n, err)
	}
	if _, err := s.ReadAttempt(timeout(t), other.Name, 0); !errors.Is(err, idempotency.ErrNotFound) {
		t.Errorf("a forgotten name: %v", err)
	}
}
