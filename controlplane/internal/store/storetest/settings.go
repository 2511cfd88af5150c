package storetest

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/wire"
)

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
