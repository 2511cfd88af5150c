package domains

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Refusals beside *links.Invalid.
var (
	ErrNotFound     = errors.New("no such domain")
	ErrExists       = errors.New("the domain exists already")
	ErrInUse        = errors.New("links stand on the domain")
	ErrDefault      = errors.New("it is the default domain")
	ErrPrecondition = errors.New("the domain has changed meanwhile")
)

// Store keeps domains. An error that is none of change's means that the
// database could not answer.
type Store interface {
	// Domains lists all domains by name, removed ones too. Safe to retry.
	Domains(ctx context.Context) ([]*wire.Domain, error)
	// ChangeDomain calls change with all domains and with the one of this name, nil
	// if there never was one, and writes what it gives, with the next version, in
	// one transaction. Changes of domains wait for each other. change may run
	// several times; its error leaves everything as it was. Not idempotent.
	ChangeDomain(ctx context.Context, name string, change func(all []*wire.Domain, old *wire.Domain) (*wire.Domain, error)) (*wire.Domain, error)
	// DomainInUse says whether any link stands on a domain that is not deleted.
	DomainInUse(ctx context.Context, name string) (bool, error)
}

// Options of New. All but Now are required.
type Options struct {
	Store Store
	// Workspace says whether a workspace exists.
	Workspace func(ctx context.Context, id string) (bool, error)
	// Default is the domain that cannot be removed.
	Default string
	// Changed is told after a change; it must not block.
	Changed func()
	Now     func() time.Time // nil means time.Now
}

// Domains applies the rules. It holds no state of its own.
type Domains struct{ Options }

// New checks the options.
func New(o Options) (*Domains, error) {
	switch {
	case o.Store == nil:
		return nil, errors.New("domains: Store is missing")
	case o.Workspace == nil:
		return nil, errors.New("domains: Workspace is missing")
	case o.Default == "":
		return nil, errors.New("domains: Default is missing")
	case o.Changed == nil:
		return nil, errors.New("domains: Changed is missing")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Domains{o}, nil
}

// Create adds a domain, or one that was removed again.
func (d *Domains) Create(ctx context.Context, name string, f Fields) (*wire.Domain, error) {
	host, ok := hostName(name)
	if !ok {
		return nil, links.Refuse("name", links.Bad, "is not a host name; give it without scheme and port")
	}
	return d.change(ctx, host, f, func(old *wire.Domain) (*wire.Domain, error) {
		if old != nil && !old.GetRemoved() {
			return nil, ErrExists
		}
		return &wire.Domain{Name: host, Version: old.GetVersion(), CreatedAt: d.Now().UnixMilli()}, nil
	})
}

// Change sets fields on a domain if allows takes the version that it has.
func (d *Domains) Change(ctx context.Context, name string, allows func(version uint64) bool, f Fields) (*wire.Domain, error) {
	if !wellFormed(name) {
		return nil, ErrNotFound
	}
	return d.change(ctx, name, f, func(old *wire.Domain) (*wire.Domain, error) {
		if err := check(old, allows); err != nil {
			return nil, err
		}
		return proto.CloneOf(old), nil
	})
}

// change applies f to what start makes of a domain.
func (d *Domains) change(ctx context.Context, name string, f Fields, start func(old *wire.Domain) (*wire.Domain, error)) (*wire.Domain, error) {
	if f.Workspace != nil && *f.Workspace != "" {
		if exists, err := d.Workspace(ctx, *f.Workspace); err != nil {
			return nil, err
		} else if !exists {
			return nil, links.Refuse("workspace", links.Unknown, "does not exist")
		}
	}
	changed, err := d.Store.ChangeDomain(ctx, name, func(all []*wire.Domain, old *wire.Domain) (*wire.Domain, error) {
		fresh, err := start(old)
		if err != nil {
			return nil, err
		}
		return fresh, f.apply(fresh, all)
	})
	if err != nil {
		return nil, fmt.Errorf("changing domain: %w", err)
	}
	d.Changed()
	return changed, nil
}

// Remove takes a domain off the edges, which then answer 421 for it. A link that
// is created on it at this very moment is kept, and answers again if the domain
// is added again.
func (d *Domains) Remove(ctx context.Context, name string, allows func(version uint64) bool) error {
	switch {
	case !wellFormed(name):
		return ErrNotFound
	case name == d.Default:
		return ErrDefault
	}
	used, err := d.Store.DomainInUse(ctx, name)
	if err != nil {
		return fmt.Errorf("looking for links: %w", err)
	}
	_, err = d.Store.ChangeDomain(ctx, name, func(_ []*wire.Domain, old *wire.Domain) (*wire.Domain, error) {
		if err := check(old, allows); err != nil {
			return nil, err
		}
		if used {
			return nil, ErrInUse
		}
		return &wire.Domain{Name: name, Version: old.GetVersion(), CreatedAt: old.GetCreatedAt(), Removed: true}, nil
	})
	if err != nil {
		return fmt.Errorf("removing domain: %w", err)
	}
	d.Changed()
	return nil
}

// wellFormed says whether name may be one of ours. What is not, no database is
// asked for: not all of them can read every text.
func wellFormed(name string) bool {
	host, ok := hostName(name)
	return ok && host == name
}

func check(old *wire.Domain, allows func(version uint64) bool) error {
	switch {
	case old == nil || old.GetRemoved():
		return ErrNotFound
	case !allows(old.GetVersion()):
		return ErrPrecondition
	}
	return nil
}

// List lists the domains that there are, by name.
func (d *Domains) List(ctx context.Context) ([]*wire.Domain, error) {
	all, err := d.Store.Domains(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing domains: %w", err)
	}
	return Present(all), nil
}

// Present leaves out what was removed.
func Present(all []*wire.Domain) []*wire.Domain {
	var present []*wire.Domain
	for _, d := range all {
		if !d.GetRemoved() {
			present = append(present, d)
		}
	}
	return present
}
