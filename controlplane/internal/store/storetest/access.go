package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

func keys(t *testing.T, s *store.Store) {
	k := access.Key{ID: "k1", Name: "first", UserID: "u1", Workspace: "w1", RateLimit: 5, LastUsedAt: 3, Scopes: []access.Scope{access.ReadURLs, access.ReadStats},
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
	admin := access.Key{ID: "root", Workspace: "w2", Scopes: []access.Scope{access.Admin}, Unlimited: true, CreatedAt: 2, Hash: [32]byte{7}}
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
	if got, err := s.ListKeys(timeout(t), access.Query{}, 10); err != nil || !reflect.DeepEqual(got, []access.Key{k, admin}) {
		t.Errorf("listed %+v (%v)", got, err)
	}
	if err := s.RevokeKey(timeout(t), "none", 1); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("revoking an unknown key: %v", err)
	}
}

func keyPages(t *testing.T, s *store.Store) {
	for i := range 5 {
		k := access.Key{ID: fmt.Sprint("k", i), UserID: "u", Workspace: fmt.Sprint("w", i%2), CreatedAt: int64(i / 3), Hash: [32]byte{byte(i)}}
		if err := s.InsertKey(timeout(t), k); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name  string
		query access.Query
		want  string
	}{
		{"all", access.Query{}, "[k0 k1]"},
		{"behind one of the same time", access.Query{After: access.Place{CreatedAt: 0, ID: "k1"}}, "[k2 k3]"},
		{"of a workspace", access.Query{Workspace: "w1"}, "[k1 k3]"},
		{"of another user", access.Query{UserID: "v"}, "[]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found, err := s.ListKeys(timeout(t), tc.query, 2)
			ids := []string{}
			for _, k := range found {
				ids = append(ids, k.ID)
			}
			if fmt.Sprint(ids) != tc.want || err != nil {
				t.Errorf("listed %v (%v), want %s", ids, err, tc.want)
			}
		})
	}
}

// keyReplaced: the old key gets an end, unless it had an earlier one, and the
// new one is there; or nothing happens at all.
func keyReplaced(t *testing.T, s *store.Store) {
	insert := func(k access.Key) {
		t.Helper()
		if err := s.InsertKey(timeout(t), k); err != nil {
			t.Fatal(err)
		}
	}
	insert(access.Key{ID: "forever", Hash: [32]byte{1}})
	insert(access.Key{ID: "brief", Hash: [32]byte{2}, ExpiresAt: 10})
	insert(access.Key{ID: "revoked", Hash: [32]byte{3}, RevokedAt: 10})
	for id, want := range map[string]int64{"forever": 50, "brief": 10} {
		if err := s.ReplaceKey(timeout(t), id, 50, access.Key{ID: "new-" + id, Hash: [32]byte{4, byte(want)}}); err != nil {
			t.Error(err)
		}
		if k, err := s.ReadKey(timeout(t), id); err != nil || k.ExpiresAt != want {
			t.Errorf("%s expires at %d (%v), want %d", id, k.ExpiresAt, err, want)
		}
		if _, err := s.ReadKey(timeout(t), "new-"+id); err != nil {
			t.Error(err)
		}
	}
	for _, id := range []string{"revoked", "none"} {
		if err := s.ReplaceKey(timeout(t), id, 50, access.Key{ID: "new-" + id, Hash: [32]byte{5}}); !errors.Is(err, access.ErrNotFound) {
			t.Errorf("replacing %s: %v", id, err)
		}
		if _, err := s.ReadKey(timeout(t), "new-"+id); !errors.Is(err, access.ErrNotFound) {
			t.Errorf("a key in place of %s: %v", id, err)
		}
	}
}

func keyUsed(t *testing.T, s *store.Store) {
	if err := s.InsertKey(timeout(t), access.Key{ID: "k", Hash: [32]byte{1}}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ at, want int64 }{{100_000, 100_000}, {130_000, 100_000}, {160_000, 160_000}, {90_000, 160_000}} {
		if err := s.TouchKeys(timeout(t), map[string]int64{"k": tc.at, "none": 1}); err != nil {
			t.Fatal(err)
		}
		if k, err := s.ReadKey(timeout(t), "k"); err != nil || k.LastUsedAt != tc.want {
			t.Errorf("used at %d: it says %d (%v), want %d", tc.at, k.LastUsedAt, err, tc.want)
		}
	}
}

func users(t *testing.T, s *store.Store) {
	anna := access.User{ID: "u1", Workspace: "w", Name: "Anna", Email: "anna@example.org", Role: access.Viewer, Version: 1, CreatedAt: 5}
	bert := access.User{ID: "u2", Workspace: "w", Email: "bert@example.org", Role: access.Editor, Version: 1, CreatedAt: 5}
	for _, u := range []access.User{anna, bert} {
		if err := s.InsertUser(timeout(t), u); err != nil {
			t.Fatal(err)
		}
	}
	twin := access.User{ID: "u3", Email: anna.Email}
	if err := s.InsertUser(timeout(t), twin); !errors.Is(err, access.ErrExists) {
		t.Errorf("a second user of one address: %v", err)
	}
	if _, err := s.ChangeUser(timeout(t), "u2", func(u *access.User) error { u.Email = anna.Email; return nil }); !errors.Is(err, access.ErrExists) {
		t.Errorf("taking over an address: %v", err)
	}
	if err := s.InsertKey(timeout(t), access.Key{ID: "k", UserID: "u1", Scopes: []access.Scope{access.ReadURLs, access.WriteURLs}, Hash: [32]byte{1}}); err != nil {
		t.Fatal(err)
	}
	key := func() access.Key {
		k, err := s.KeyByHash(timeout(t), [32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	if k := key(); !k.Allows(access.ReadURLs) || k.Allows(access.WriteURLs) {
		t.Errorf("a viewer's key %+v", k)
	}
	var applied atomic.Int32
	together(10, func(int) {
		if _, err := s.ChangeUser(timeout(t), "u1", func(u *access.User) error { u.Role = access.Editor; applied.Add(1); return nil }); err != nil {
			t.Error(err)
		}
	})
	if k := key(); !k.Allows(access.WriteURLs) {
		t.Errorf("an editor's key %+v", k)
	}
	anna.Role, anna.Version = access.Editor, 11
	if got, err := s.ReadUser(timeout(t), "u1"); err != nil || got != anna {
		t.Errorf("got %+v (%v), want %+v", got, err, anna)
	}
	if got, err := s.ListUsers(timeout(t), access.Query{Workspace: "w", After: anna.Place()}, 5); err != nil || len(got) != 1 || got[0] != bert {
		t.Errorf("listed %+v (%v)", got, err)
	}
	if _, err := s.ChangeUser(timeout(t), "u1", func(u *access.User) error { u.DisabledAt = 1; return nil }); err != nil {
		t.Fatal(err)
	}
	if k := key(); k.Allows(access.ReadURLs) {
		t.Errorf("a disabled user's key %+v", k)
	}
	if _, err := s.ReadUser(timeout(t), "none"); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("an unknown user: %v", err)
	}
}

func workspaces(t *testing.T, s *store.Store) {
	if err := s.InsertWorkspace(timeout(t), access.Workspace{ID: "w1", Name: "One", CreatedAt: 3}); err != nil {
		t.Fatal(err)
	}
	if err := s.InsertWorkspace(timeout(t), access.Workspace{ID: "w1"}); !errors.Is(err, access.ErrExists) {
		t.Errorf("a second one: %v", err)
	}
	found, err := s.ListWorkspaces(timeout(t), "", 10)
	if err != nil || len(found) != 2 || found[0].ID != access.DefaultWorkspace || found[1] != (access.Workspace{ID: "w1", Name: "One", CreatedAt: 3}) {
		t.Errorf("listed %+v (%v)", found, err)
	}
	if _, err := s.ReadWorkspace(timeout(t), "none"); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("an unknown workspace: %v", err)
	}
}
