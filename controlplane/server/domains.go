package server

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	rules "github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// local is the domain of a machine of one's own.
const local = "localhost"

// domainsEvery is how often the domains are compared. It bounds how long a
// replica is blind to a new domain, and how long an etcd that came back empty
// lacks them.
const domainsEvery = 2 * time.Second

// domains keeps the set of our domains and the feed's copy of it as the
// database has them. It compares the whole state each time, so nothing that it
// missed matters.
type domains struct {
	store  *store.Store
	feed   *feed.Client
	known  links.Domains
	log    *slog.Logger
	feedUp atomic.Bool // the feed answered last time
	wake   chan struct{}
}

// changed makes run compare at once: what this replica has changed, its edges
// know without delay.
func (d *domains) changed() {
	select {
	case d.wake <- struct{}{}:
	default: // it is about to look anyhow
	}
}

// readDomains is openDomains for a command: nothing is published.
func (s *Server) readDomains(ctx context.Context) error {
	s.domains = &domains{store: s.store, log: s.Logger}
	return s.domains.ensure(ctx, s.Domain)
}

// ensure adds the default domain if it is not there, and reads all.
func (d *domains) ensure(ctx context.Context, name string) error {
	all, err := d.read(ctx)
	if err != nil {
		return err
	}
	var removed uint64
	for _, domain := range all {
		if domain.GetName() == name && !domain.GetRemoved() {
			return nil
		}
		if domain.GetName() == name {
			removed = domain.GetVersion()
		}
	}
	added := &wire.Domain{Name: name, Version: removed + 1}
	if name == local {
		added.Aliases = []string{"127.0.0.1", "[::1]"}
	}
	if err := d.store.PutDomain(ctx, added); err != nil {
		return fmt.Errorf("adding domain %s: %w", name, err)
	}
	_, err = d.read(ctx)
	return err
}

// read takes over what the database has.
func (d *domains) read(ctx context.Context) ([]*wire.Domain, error) {
	all, err := d.store.Domains(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading domains: %w", err)
	}
	d.known.Set(rules.Present(all))
	return all, nil
}

// run compares until ctx ends. It logs changes of state only, not every
// attempt.
func (d *domains) run(ctx context.Context) {
	ticker := time.NewTicker(domainsEvery)
	defer ticker.Stop()
	for quiet := false; ; {
		err := d.reconcile(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !quiet:
			d.log.Warn("domains are not in step; trying on", "error", err)
		case err == nil && quiet:
			d.log.Info("domains are in step again")
		}
		quiet = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-d.wake:
		}
	}
}

// reconcile brings database, memory and feed in step once.
func (d *domains) reconcile(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, domainsEvery)
	defer cancel()
	all, err := d.read(ctx)
	if err != nil {
		return err
	}
	err = d.publish(ctx, all)
	d.feedUp.Store(err == nil)
	return err
}

// publish puts what the feed lacks.
func (d *domains) publish(ctx context.Context, all []*wire.Domain) error {
	held, err := d.feed.Domains(ctx)
	if err != nil {
		return fmt.Errorf("reading the feed's domains: %w", err)
	}
	versions := make(map[string]uint64, len(held))
	for _, domain := range held {
		versions[domain.GetName()] = domain.GetVersion()
	}
	for _, domain := range all {
		held, is := versions[domain.GetName()]
		if domain.GetRemoved() {
			if err := d.remove(ctx, domain, is); err != nil {
				return err
			}
			continue
		}
		if held >= domain.GetVersion() {
			continue
		}
		if _, err := d.feed.PublishDomain(ctx, domain); err != nil {
			return fmt.Errorf("publishing domain %s: %w", domain.GetName(), err)
		}
	}
	return nil
}

// remove takes a removed domain off the feed if it is there.
func (d *domains) remove(ctx context.Context, domain *wire.Domain, held bool) error {
	if !held {
		return nil
	}
	if err := d.feed.RemoveDomain(ctx, domain.GetName(), domain.GetVersion()); err != nil {
		return fmt.Errorf("removing domain %s: %w", domain.GetName(), err)
	}
	return nil
}

// state tells operators whether changes reach the edges.
func (d *domains) state() string {
	if d.feedUp.Load() {
		return "up"
	}
	return "down"
}
