package domains_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// memory is the least Store that the rules can be tested on; one goroutine only.
type memory struct {
	all  []*wire.Domain
	used bool
	fail error
}

func (m *memory) Domains(context.Context) ([]*wire.Domain, error) { return m.all, m.fail }

func (m *memory) DomainInUse(context.Context, string) (bool, error) { return m.used, m.fail }

func (m *memory) ChangeDomain(_ context.Context, name string, change func([]*wire.Domain, *wire.Domain) (*wire.Domain, error)) (*wire.Domain, error) {
	i := slices.IndexFunc(m.all, func(d *wire.Domain) bool { return d.GetName() == name })
	var old *wire.Domain
	if i >= 0 {
		old = m.all[i]
	}
	fresh, err := change(m.all, old)
	if err = errors.Join(err, m.fail); err != nil {
		return nil, err
	}
	fresh.Version = old.GetVersion() + 1
	if i < 0 {
		m.all = append(m.all, fresh)
	} else {
		m.all[i] = fresh
	}
	return fresh, nil
}

func start(t *testing.T) (d *domains.Domains, store *memory, told *int) {
	t.Helper()
	store, told = &memory{all: []*wire.Domain{{Name: "go.example", Version: 1}}}, new(int)
	d, err := domains.New(domains.Options{
		Store: store, Default: "go.example", Changed: func() { *told++ },
		Workspace: func(_ context.Context, id string) (bool, error) { return id == "shop", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, store, told
}

func every(uint64) bool { return true }

// TestTold: who keeps the edges in step is told of every change, and of no
// refusal.
func TestTold(t *testing.T) {
	d, store, told := start(t)
	want := func(n int, err, wantErr error) {
		t.Helper()
		if !errors.Is(err, wantErr) || *told != n {
			t.Errorf("error %v, want %v; told %d times, want %d", err, wantErr, *told, n)
		}
	}
	shop, none := "shop", "none"
	_, err := d.Create(t.Context(), "new.example", domains.Fields{Workspace: &shop})
	want(1, err, nil)
	_, err = d.Create(t.Context(), "new.example", domains.Fields{})
	want(1, err, domains.ErrExists)
	var invalid *links.Invalid
	if _, err = d.Change(t.Context(), "new.example", every, domains.Fields{Workspace: &none}); !errors.As(err, &invalid) {
		t.Errorf("an unknown workspace: %v", err)
	}
	_, err = d.Change(t.Context(), "new.example", func(v uint64) bool { return v == 9 }, domains.Fields{})
	want(1, err, domains.ErrPrecondition)
	_, err = d.Change(t.Context(), "New.example", every, domains.Fields{})
	want(1, err, domains.ErrNotFound)
	store.used = true
	want(1, d.Remove(t.Context(), "new.example", every), domains.ErrInUse)
	store.used = false
	want(1, d.Remove(t.Context(), "go.example", every), domains.ErrDefault)
	want(2, d.Remove(t.Context(), "new.example", every), nil)
	want(2, d.Remove(t.Context(), "new.example", every), domains.ErrNotFound)
	if all, err := d.List(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("there are %v (%v)", all, err)
	}
	again, err := d.Create(t.Context(), "new.example", domains.Fields{})
	want(3, err, nil)
	if again.GetVersion() != 3 || again.GetWorkspace() != "" || again.GetRemoved() {
		t.Errorf("added again: %v", again)
	}
	store.fail = errors.New("down")
	_, err = d.Create(t.Context(), "other.example", domains.Fields{})
	want(3, err, store.fail)
}

// TestFallbackTurnsLoop: a fallback that was good is refused once its host is
// ours, whichever field is changed then.
func TestFallbackTurnsLoop(t *testing.T) {
	d, _, _ := start(t)
	fallback, strict := "https://later.example/", true
	if _, err := d.Change(t.Context(), "go.example", every, domains.Fields{UnknownURL: &fallback}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Create(t.Context(), "later.example", domains.Fields{}); err != nil {
		t.Fatal(err)
	}
	var invalid *links.Invalid
	_, err := d.Change(t.Context(), "go.example", every, domains.Fields{Strict: &strict})
	if !errors.As(err, &invalid) || invalid.Fields[0].Field != "unknown_url" || invalid.Fields[0].Code != links.Loop {
		t.Errorf("error %v", err)
	}
}
