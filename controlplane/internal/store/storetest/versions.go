package storetest

import (
	"errors"
	"reflect"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

func versions(t *testing.T, s *store.Store) {
	first := *create(t, s, sample("past"))
	second := *change(t, s, first.Key, func(l *links.Link) { l.URL, l.UpdatedBy = "https://example.org/2", "bert" })
	third := *change(t, s, first.Key, func(l *links.Link) { l.Status = link.Deleted })
	if second.UpdatedAt < first.UpdatedAt || third.UpdatedAt < second.UpdatedAt {
		t.Errorf("times fall: %d, %d, %d", first.UpdatedAt, second.UpdatedAt, third.UpdatedAt)
	}
	all, err := s.ListVersions(timeout(t), first.Key, 1<<62, 10)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d versions, error %v", len(all), err)
	}
	for i, want := range []*links.Link{&third, &second, &first} {
		if !reflect.DeepEqual(all[i], want) {
			t.Errorf("version %d came back as\n%+v, want\n%+v", want.Version, all[i], want)
		}
	}
	if page, err := s.ListVersions(timeout(t), first.Key, 3, 1); err != nil || len(page) != 1 || page[0].Version != 2 {
		t.Errorf("below version 3: %v, error %v", page, err)
	}
	if found := list(t, s, links.Query{Text: "past", Limit: 9}); len(found) != 0 {
		t.Errorf("the deleted link is found: %v", found)
	}
	for at, want := range map[int64]uint64{first.UpdatedAt: 1, second.UpdatedAt - 1: 1, third.UpdatedAt: 3, third.UpdatedAt + 1e6: 3} {
		if then, err := s.VersionAt(timeout(t), first.Key, at); err != nil || then.Version != want {
			t.Errorf("at %d: %+v, want version %d; error %v", at, then, want, err)
		}
	}
	if _, err := s.VersionAt(timeout(t), first.Key, first.UpdatedAt-1); !errors.Is(err, links.ErrNotFound) {
		t.Errorf("before it was there: %v", err)
	}
}

func renames(t *testing.T, s *store.Store) {
	key := create(t, s, sample("before")).Key
	rename := func(to string) (renamed, left *links.Link, err error) {
		return s.RenameLink(timeout(t), key, func(l *links.Link) error { l.Code = to; return nil })
	}
	create(t, s, sample("taken"))
	if _, _, err := rename("taken"); !errors.Is(err, links.ErrTaken) {
		t.Errorf("to a taken code: %v", err)
	}
	if got := read(t, s, key); got.Version != 1 || got.Status != link.Active {
		t.Errorf("after the refusal the link is %+v", got)
	}
	renamed, left, err := rename("after")
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, renamed.Key); !reflect.DeepEqual(got, renamed) || got.Version != 2 || got.Code != "after" {
		t.Errorf("renamed to %+v, stored %+v", renamed, got)
	}
	if got := read(t, s, key); !reflect.DeepEqual(got, left) || got.Version != 2 || got.Status != link.Deleted {
		t.Errorf("left %+v, stored %+v", left, got)
	}
	if n := pending(t, s); n != 4 {
		t.Errorf("%d changes are announced", n)
	}
	// There and back again: the versions of both codes rise all the same.
	key = renamed.Key
	again, left, err := rename("before")
	if err != nil || again.Version != 3 || left.Version != 3 {
		t.Errorf("renamed back to %+v, left %+v, error %v", again, left, err)
	}
	if found := list(t, s, links.Query{Text: "before", Limit: 9}); len(found) != 1 {
		t.Errorf("%d links are found", len(found))
	}
}
