package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// domainChanges lets many claim one alias for domains of their own: whoever is
// second sees the first, whichever domains there were before.
func domainChanges(t *testing.T, s *store.Store) {
	if err := s.PutDomain(timeout(t), &wire.Domain{Name: "default.example", Version: 1}); err != nil {
		t.Fatal(err)
	}
	taken := errors.New("taken")
	var won atomic.Int32
	together(20, func(i int) {
		name := fmt.Sprintf("d%d.example", i)
		_, err := s.ChangeDomain(timeout(t), name, func(all []*wire.Domain, old *wire.Domain) (*wire.Domain, error) {
			if old != nil {
				t.Errorf("%s was there", name)
			}
			for _, d := range all {
				if slices.Contains(d.GetAliases(), "wanted.example") {
					return nil, taken
				}
			}
			return &wire.Domain{Name: name, Aliases: []string{"wanted.example"}}, nil
		})
		switch {
		case err == nil:
			won.Add(1)
		case !errors.Is(err, taken):
			t.Error(err)
		}
	})
	all, err := s.Domains(timeout(t))
	if err != nil || won.Load() != 1 || len(all) != 2 {
		t.Errorf("%d won, and there are %v (%v)", won.Load(), all, err)
	}
	changed, err := s.ChangeDomain(timeout(t), "default.example", func(_ []*wire.Domain, old *wire.Domain) (*wire.Domain, error) {
		return &wire.Domain{Name: old.GetName(), Strict: true}, nil
	})
	if err != nil || changed.GetVersion() != 2 || !changed.GetStrict() {
		t.Errorf("changed to %v (%v)", changed, err)
	}
	if used, err := s.DomainInUse(timeout(t), "go.example"); used || err != nil {
		t.Errorf("a domain without links is in use: %t, %v", used, err)
	}
	create(t, s, sample("x"))
	if used, err := s.DomainInUse(timeout(t), "go.example"); !used || err != nil {
		t.Errorf("a domain with a link is in use: %t, %v", used, err)
	}
}
