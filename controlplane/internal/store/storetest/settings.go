package storetest

import (
	"bytes"
	"errors"
	"reflect"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func keys(t *testing.T, s *store.Store) {
	k := access.Key{ID: "k1", Name: "first", UserID: "u1", Scopes: []access.Scope{access.ReadURLs, access.ReadStats},
		CreatedAt: 1, ExpiresAt: 2, Hash: [32]byte{1, 2, 0, 4}}
	if err := s.InsertKey(timeout(t), k); err != nil {
		t.Fatal(err)
	}
	if got, err := s.KeyByHash(timeout(t), k.Hash); err != nil || !reflect.DeepEqual(got, k) {
		t.Errorf("got %+v (%v), want %+v", got, err, k)
	}
	if _, err := s.KeyByHash(timeout(t), [32]byte{9}); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("an unknown key: %v", err)
	}
	sameID, sameHash := k, k
	sameID.Hash, sameHash.ID = [32]byte{5}, "k2"
	for _, again := range []access.Key{k, sameID, sameHash} {
		if err := s.InsertKey(timeout(t), again); !errors.Is(err, access.ErrExists) {
			t.Errorf("inserting %s again: %v", again.ID, err)
		}
	}
	admin := access.Key{ID: "root", Scopes: []access.Scope{access.Admin}, Unlimited: true, CreatedAt: 2, Hash: [32]byte{7}}
	exists := func(want bool) {
		t.Helper()
		if got, err := s.AdminKeyExists(timeout(t)); got != want || err != nil {
			t.Errorf("an admin key exists: %t (%v)", got, err)
		}
	}
	exists(false)
	if err := s.InsertKey(timeout(t), admin); err != nil {
		t.Fatal(err)
	}
	exists(true)
	for _, at := range []int64{77, 88} {
		if err := s.RevokeKey(timeout(t), "root", at); err != nil {
			t.Error(err)
		}
	}
	exists(false)
	admin.RevokedAt = 77
	if got, err := s.ListKeys(timeout(t)); err != nil || !reflect.DeepEqual(got, []access.Key{k, admin}) {
		t.Errorf("listed %+v (%v)", got, err)
	}
	if err := s.RevokeKey(timeout(t), "none", 1); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("revoking an unknown key: %v", err)
	}
}

func settings(t *testing.T, s *store.Store) {
	var mu sync.Mutex
	var got [][]byte
	together(10, func(i int) {
		value, err := s.Setting(timeout(t), "secret", func() ([]byte, error) { return []byte{0, byte(i)}, nil })
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		got = append(got, value)
		mu.Unlock()
	})
	for _, value := range got {
		if !bytes.Equal(value, got[0]) || len(value) != 2 {
			t.Errorf("%v and %v", value, got[0])
		}
	}
	failed := errors.New("no entropy")
	if _, err := s.Setting(timeout(t), "other", func() ([]byte, error) { return nil, failed }); !errors.Is(err, failed) {
		t.Errorf("the error is %v", err)
	}
}

func domains(t *testing.T, s *store.Store) {
	second := &wire.Domain{Name: "b.example", Version: 2, Aliases: []string{"www.b.example"}, Strict: true}
	for _, d := range []*wire.Domain{{Name: "b.example", Version: 1}, second, {Name: "b.example", Version: 2},
		{Name: "b.example", Version: 1}, {Name: "a.example", Version: 1}} {
		if err := s.PutDomain(timeout(t), d); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Domains(timeout(t))
	if err != nil || len(got) != 2 || got[0].GetName() != "a.example" || !proto.Equal(got[1], second) {
		t.Errorf("got %v (%v)", got, err)
	}
}

func migrateAgain(t *testing.T, s *store.Store) {
	l := create(t, s, sample("kept"))
	together(3, func(int) {
		if err := s.Migrate(timeout(t)); err != nil {
			t.Error(err)
		}
	})
	read(t, s, l.Key)
}
