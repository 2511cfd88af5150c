package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

func readsBack(t *testing.T, s *store.Store) {
	want := create(t, s, sample("full"))
	if got := read(t, s, want.Key); !reflect.DeepEqual(got, want) || got.Version != 1 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	bare := create(t, s, &links.Link{Link: link.Link{Key: link.Key{Domain: "go.example", Code: "Full"}, URL: "https://example.org", Status: link.Active, Redirect: 302}})
	if got := read(t, s, bare.Key); got.Tags == nil || got.URL != bare.URL || got.Strict {
		t.Errorf("a link of few fields, and of a code that differs by case, came back as %+v", got)
	}
	if _, err := s.ReadLink(timeout(t), link.Key{Domain: "go.example", Code: "none"}); !errors.Is(err, links.ErrNotFound) {
		t.Errorf("a link that never was: %v", err)
	}
}

func readsMany(t *testing.T, s *store.Store) {
	var keys []link.Key
	for i := range 70 {
		keys = append(keys, create(t, s, sample(fmt.Sprintf("m%02d", i))).Key)
	}
	elsewhere := sample("m00")
	elsewhere.Domain = "other.example"
	create(t, s, elsewhere)
	found, err := s.ReadLinks(timeout(t), append(keys, link.Key{Domain: "go.example", Code: "none"}))
	if err != nil || len(found) != len(keys) {
		t.Fatalf("%d links of %d: %v", len(found), len(keys), err)
	}
	for _, got := range found {
		if want := read(t, s, got.Key); !reflect.DeepEqual(got, want) || !slices.Contains(keys, got.Key) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func givenOnce(t *testing.T, s *store.Store) {
	first := create(t, s, sample("taken"))
	again := sample("taken")
	again.URL = "https://other.example"
	if err := s.CreateLink(timeout(t), again); !errors.Is(err, links.ErrTaken) {
		t.Errorf("the second claim: %v", err)
	}
	elsewhere := sample("taken")
	elsewhere.Domain = "other.example"
	create(t, s, elsewhere)
	if got := read(t, s, first.Key); got.URL != first.URL || got.Version != 1 {
		t.Errorf("the first link is now %+v", got)
	}
}

func tombstones(t *testing.T, s *store.Store) {
	key := create(t, s, sample("gone")).Key
	change(t, s, key, func(l *links.Link) { l.Status = link.Deleted })
	if got := read(t, s, key); got.Status != link.Deleted || got.Version != 2 {
		t.Errorf("the tombstone is %+v", got)
	}
	stranger := sample("gone")
	stranger.Workspace = "bert"
	if err := s.CreateLink(timeout(t), stranger); !errors.Is(err, links.ErrTaken) {
		t.Errorf("a stranger's claim: %v", err)
	}
	again := create(t, s, sample("gone"))
	if again.Version != 3 {
		t.Errorf("the new link has version %d", again.Version)
	}
	if got := read(t, s, key); got.Status != link.Active || got.Version != 3 {
		t.Errorf("the new link is %+v", got)
	}
}

func oneWinner(t *testing.T, s *store.Store) {
	var won atomic.Int32
	var winner atomic.Pointer[links.Link]
	together(50, func(i int) {
		l := sample("wanted")
		l.CreatedBy = fmt.Sprint("user", i)
		l.Workspace = l.CreatedBy
		switch err := s.CreateLink(timeout(t), l); {
		case err == nil:
			won.Add(1)
			winner.Store(l)
		case !errors.Is(err, links.ErrTaken):
			t.Errorf("claim %d: %v", i, err)
		}
	})
	if won.Load() != 1 {
		t.Fatalf("%d winners", won.Load())
	}
	if got := read(t, s, winner.Load().Key); got.CreatedBy != winner.Load().CreatedBy {
		t.Errorf("%s won and %s holds it", winner.Load().CreatedBy, got.CreatedBy)
	}
}

func noLostUpdate(t *testing.T, s *store.Store) {
	key := create(t, s, sample("busy")).Key
	together(100, func(i int) {
		tag := fmt.Sprint("t", i)
		_, err := s.ChangeLink(timeout(t), key, func(l *links.Link) error {
			l.Tags = append(l.Tags, tag)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	got := read(t, s, key)
	if got.Version != 101 || len(got.Tags) != 104 {
		t.Errorf("version %d with %d tags", got.Version, len(got.Tags))
	}
}

func refusedChange(t *testing.T, s *store.Store) {
	want := create(t, s, sample("kept"))
	refused := errors.New("refused")
	_, err := s.ChangeLink(timeout(t), want.Key, func(l *links.Link) error {
		l.URL = "https://other.example"
		return refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("the error is %v", err)
	}
	if got := read(t, s, want.Key); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if n := pending(t, s); n != 1 {
		t.Errorf("%d rows in the outbox", n)
	}
	if _, err := s.ChangeLink(timeout(t), link.Key{Domain: "go.example", Code: "none"}, func(*links.Link) error { return nil }); !errors.Is(err, links.ErrNotFound) {
		t.Errorf("changing a link that never was: %v", err)
	}
}

// together runs f n times at once.
func together(n int, f func(i int)) {
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	group.Wait()
}
