package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/control"
	"github.com/fingerpost/fingerpost/edge/internal/follower"
	"github.com/fingerpost/fingerpost/edge/internal/larder"
	"github.com/fingerpost/fingerpost/edge/internal/origin"
	"github.com/fingerpost/fingerpost/edge/internal/redirect"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/ops"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// drainTime is how long requests under way may take once the node stops.
const drainTime = 2500 * time.Millisecond

// larderTime is how long writing out the larder may take then, if half of the time that
// is left is as much.
const larderTime = 10 * time.Second

// Node is one edge, from New until Stop.
type Node struct {
	options  Options
	follower *follower.Follower
	redirect *redirect.Server
	ops      *ops.Server
	teardown []step // last in, first out
	draining atomic.Bool
}

// step is one part's end.
type step struct {
	name string
	end  func(context.Context) error
}

// lookup is the redirect path's view of memory and control plane.
type lookup struct {
	*cache.Cache
	*origin.Origin
}

// holds says which links memory holds.
func holds(c *cache.Cache) func(link.Key) bool {
	return func(k link.Key) bool {
		_, outcome := c.Find(k.Domain, []byte(k.Code), 0)
		return outcome == cache.Hit || outcome == cache.Suspect
	}
}

// New checks the options. A *SettingError names the one that cannot work.
func New(o Options) (*Node, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	return &Node{options: o}, nil
}

// Start brings the parts up, in the order in which they need each other. When
// it fails, what was up already is ended; a *SettingError names the option that
// cannot work. It does not wait for etcd or a control plane; ctx bounds the
// start, not the node's life.
func (n *Node) Start(ctx context.Context) error {
	if err := errors.Join(ctx.Err(), n.start(ctx)); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		return errors.Join(err, n.end(ctx))
	}
	return nil
}

// start is long because it is the whole wiring, read from top to bottom.
func (n *Node) start(ctx context.Context) error {
	o := n.options
	pool, err := control.New(control.Options{Addrs: o.Control, TLS: o.ControlTLS})
	if err != nil {
		return setting("Control", err)
	}
	n.onStop("connections to the control planes", func(context.Context) error { return pool.Close() })

	visits, err := o.Clicks.visits(&o)
	if err != nil {
		return setting("CountryDB", err)
	}
	visits.Start()
	n.onStop("countries", func(context.Context) error { visits.Stop(); return nil })

	recorder, err := clicks.New(o.Clicks.recorder(&o, pool, visits))
	if err != nil {
		return setting("Data", fmt.Errorf("%w; name a folder that this program may write to", err))
	}
	recorder.Start()
	n.onStop("clicks", recorder.Stop)
	if err := n.startEvents(recorder, visits); err != nil {
		return err
	}

	memory, err := cache.New(cache.Options{Bytes: o.CacheBytes, Absences: o.Absences})
	if err != nil {
		return setting("CacheBytes", err)
	}
	n.onStop("cache", func(context.Context) error { memory.Close(); return nil })

	disk, err := larder.New(larder.Options{
		Dir: filepath.Join(o.Data, "larder"), Bytes: o.LarderBytes, Hot: holds(memory), Now: o.Now, Logger: o.Logger,
	})
	if err != nil {
		return setting("Data", fmt.Errorf("%w; name a folder that this program may write to", err))
	}
	disk.Start()
	n.onStop("larder", func(ctx context.Context) error {
		// A disk that hangs must leave time to ship the clicks.
		ctx, cancel := part(ctx, larderTime)
		defer cancel()
		return disk.Stop(ctx)
	})

	if n.follower, err = follower.New(follower.Options{
		Cache: memory, Larder: disk, Domains: disk.Domains(), Now: o.Now, Logger: o.Logger,
	}); err != nil {
		return err
	}
	asks, err := origin.New(origin.Options{
		Cache: memory, Resolver: pool, Larder: disk, Strict: n.follower.Strict, Now: o.Now,
	})
	if err != nil {
		return err
	}
	n.onStop("questions to the control planes", func(context.Context) error { asks.Stop(); return nil })

	client, err := feed.New(feed.Options{Endpoints: o.Etcd, TLS: o.EtcdTLS, Logger: o.Logger, Now: o.Now})
	if err != nil {
		return setting("Etcd", err)
	}
	n.onStop("feed", func(context.Context) error { return client.Close() })
	n.run("following", func(ctx context.Context) { client.Follow(ctx, n.follower) })
	n.run("watching the feed", n.follower.Watch)
	n.run("reporting", func(ctx context.Context) { n.follower.Report(ctx, o.ID, pool, recorder.Waiting) })
	n.run("asking about what is suspect", (&sweep{memory, disk, asks, n.follower.Rebased()}).run)

	ports, err := n.ports()
	if err != nil {
		return err
	}
	if n.redirect, err = redirect.NewServer(redirect.Options{
		Addr:     o.Addr,
		Ports:    ports,
		Unknown:  o.Public.unknown(),
		Lookup:   lookup{memory, asks},
		Recorder: recorder,
		View:     n.follower,
		MaxStale: o.MaxStale,
		Now:      o.Now,
		Logger:   o.Logger,
	}); err != nil {
		return err
	}
	n.settle(ctx)
	if err := n.redirect.Start(); err != nil {
		return portSetting(err)
	}
	n.onStop("redirects", func(ctx context.Context) error {
		// A client that does not read must leave time to ship the clicks.
		ctx, cancel := part(ctx, drainTime)
		defer cancel()
		return n.redirect.Stop(ctx)
	})

	single := []prometheus.Collector{n.redirect.Handler(), n.redirect.Connections(), n.follower, asks, recorder, visits.Collector()}
	if err := n.register(slices.Concat(single, disk.Collectors(), pool.Collectors(), cacheMetrics(memory))...); err != nil {
		return err
	}
	if n.ops, err = ops.New(ops.Options{
		Addr: o.OpsAddr, Gatherer: o.Registry, Ready: n.Ready, Headers: n.headers, Logger: o.Logger,
	}); err != nil {
		return err
	}
	if err := n.ops.Start(); err != nil {
		return setting("OpsAddr", fmt.Errorf("%w; free the port or choose another address", err))
	}
	n.onStop("ops", n.ops.Stop)

	if o.Clicks.CountryDB == "" {
		o.Logger.Info("no country file: countries are not known") // not before: a start that is refused says one line
	}
	presence := &wire.Presence{Id: o.ID, Region: o.Region, Address: n.Addr(), Build: o.Build}
	n.run("presence", func(ctx context.Context) { client.Announce(ctx, presence) })
	return nil
}

// onStop registers how a part that has just been acquired ends.
func (n *Node) onStop(name string, end func(context.Context) error) {
	n.teardown = append(n.teardown, step{name, end})
}

// run runs a loop until the node's teardown comes to it.
func (n *Node) run(name string, loop func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { loop(ctx) })
	n.onStop(name, func(context.Context) error {
		cancel()
		running.Wait()
		return nil
	})
}

func (n *Node) register(collectors ...prometheus.Collector) error {
	for _, c := range collectors {
		if err := n.options.Registry.Register(c); err != nil {
			return setting("Registry", err)
		}
		n.onStop("metrics", func(context.Context) error { n.options.Registry.Unregister(c); return nil })
	}
	return nil
}

// headers tells every client of the ops port whether this edge is attached.
func (n *Node) headers(h http.Header) {
	state := "attached"
	if n.follower.Ready() != nil {
		state = "detached"
	}
	h.Set("Fingerpost-Feed", state)
}

// Addr is where redirects are served, after Start.
func (n *Node) Addr() string { return n.redirect.Addr() }

// OpsAddr is where health and metrics are served, after Start.
func (n *Node) OpsAddr() string { return n.ops.Addr() }

// Ready says why this edge should get no traffic, nil if it should.
func (n *Node) Ready() error {
	if n.draining.Load() {
		return errDraining
	}
	return n.follower.Ready()
}

// WaitReady waits until the node is attached and knows its domains. The error
// wraps ctx's and says what is missing.
func (n *Node) WaitReady(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := n.Ready()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w (%w)", err, ctx.Err())
		}
	}
}

// Stop drains, and ends the parts, last in, first out: the port is closed,
// requests under way finish, clicks are shipped. What is not done when ctx ends
// is cut off.
func (n *Node) Stop(ctx context.Context) error {
	n.drain(ctx)
	return n.end(ctx)
}

func (n *Node) end(ctx context.Context) error {
	var errs []error
	for _, s := range slices.Backward(n.teardown) {
		if err := s.end(ctx); err != nil {
			errs = append(errs, fmt.Errorf("ending %s: %w", s.name, err))
		}
	}
	n.teardown = nil
	return errors.Join(errs...)
}
