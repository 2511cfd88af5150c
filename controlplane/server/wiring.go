package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
	"github.com/fingerpost/fingerpost/controlplane/internal/api"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/codes"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	rules "github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/controlplane/internal/limits"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/live"
	"github.com/fingerpost/fingerpost/controlplane/internal/outbox"
	"github.com/fingerpost/fingerpost/controlplane/internal/receipts"
	"github.com/fingerpost/fingerpost/controlplane/internal/rpc"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/ops"
)

// openFor bounds how long Start waits for the database. A CockroachDB node that
// is just starting needs some seconds.
const openFor = 10 * time.Second

// migrateFor bounds how long Start brings the tables up to date: on CockroachDB each
// step waits for all nodes, an index over many links takes minutes, and another
// replica may be at it.
const migrateFor = 15 * time.Minute

// writerName tells this process from every other that ever leased codes.
func writerName(region string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // the name is for people; what tells writers apart follows
	}
	return fmt.Sprintf("%s/%s/%s", region, host, rand.Text()[:10])
}

func (s *Server) openStore(ctx context.Context) error {
	opening, cancel := context.WithTimeout(ctx, openFor)
	defer cancel()
	opened, err := store.Open(opening, store.Options{URL: s.DatabaseURL, Box: s.box, Logger: s.Logger, Now: s.Now})
	if err != nil {
		return databaseRemedy(s.DatabaseURL, err)
	}
	s.store = opened
	s.undo.add("database", func(context.Context) error { return opened.Close() })
	for _, c := range opened.Collectors() {
		if err := s.Registry.Register(c); err != nil {
			return err
		}
	}
	if err := opened.CheckSealed(opening); err != nil {
		return sealedRemedy(err)
	}
	if err := migrate(ctx, opened); err != nil {
		return databaseRemedy(s.DatabaseURL, err)
	}
	s.loop("own migrations", func(ctx context.Context) {
		if err := opened.MigrateOwn(ctx); err != nil && ctx.Err() == nil {
			s.Logger.Warn("the database's own migrations failed; the next start tries again", "error", err)
		}
	})
	return nil
}

func migrate(ctx context.Context, opened *store.Store) error {
	ctx, cancel := context.WithTimeout(ctx, migrateFor)
	defer cancel()
	return opened.Migrate(ctx)
}

// sealSecrets takes what time it needs: SQLite's file may have to be written anew.
func (s *Server) sealSecrets(ctx context.Context) error {
	n, err := s.store.Reseal(ctx)
	if n > 0 {
		s.Logger.Info("secrets of the database are sealed under the master key", "secrets", n, "key", s.box.ID())
	}
	return err
}

func (s *Server) openFeed(context.Context) error {
	client, err := feed.New(feed.Options{Endpoints: s.Etcd, TLS: s.EtcdTLS, Logger: s.Logger, Now: s.Now})
	if err != nil {
		return fmt.Errorf("--etcd: %w", err)
	}
	s.feed = client
	s.undo.add("feed", func(context.Context) error { return client.Close() })
	return nil
}

func (s *Server) openDomains(ctx context.Context) error {
	s.domains = &domains{store: s.store, feed: s.feed, log: s.Logger, wake: make(chan struct{}, 1)}
	if err := s.domains.ensure(ctx, s.Domain); err != nil {
		return err
	}
	s.loop("domains", s.domains.run)
	return s.Registry.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fingerpost_control_feed_up", Help: "1 if etcd answered the last time it was asked.",
	}, func() float64 {
		if s.domains.feedUp.Load() {
			return 1
		}
		return 0
	}))
}

func (s *Server) openAccess(ctx context.Context) (err error) {
	if s.access, err = access.New(gatedKeys{s.store, s.apiGate}, s.Now); err != nil {
		return err
	}
	s.loop("access", s.access.Run)
	s.newKey, err = s.access.Bootstrap(ctx, s.Options.AdminKey)
	return err
}

func (s *Server) openCodes(ctx context.Context) error {
	sharded, err := counter.NewSharded(ctx, s.store)
	if err != nil {
		return fmt.Errorf("preparing code ranges: %w", err)
	}
	alarm, err := counter.NewAlarm(sharded, s.Logger, s.Registry)
	if err != nil {
		return err
	}
	s.loop("ranges", alarm.Run)
	s.issuer = sharded
	s.minter = counter.NewMinter(counter.Options{
		Issuer: s.issuer, Writer: s.writer, Region: s.Region, Logger: s.Logger, Now: s.Now, Registerer: s.Registry,
	})
	s.minter.Prepare(link.DefaultLen)
	s.undo.add("minter", s.minter.Stop)
	return nil
}

func (s *Server) openReceipts(context.Context) (err error) {
	s.receipts, err = receipts.New(receipts.Options{Feed: s.feed, Logger: s.Logger, Registerer: s.Registry, Now: s.Now})
	if err != nil {
		return err
	}
	s.receipts.Start()
	s.undo.add("receipts", s.receipts.Stop)
	return nil
}

func (s *Server) openOutbox(context.Context) (err error) {
	s.outbox, err = outbox.New(outbox.Options{
		Store: s.store, Publisher: s.feed, Logger: s.Logger, Now: s.Now, Registerer: s.Registry,
	})
	if err != nil {
		return err
	}
	s.outbox.Start()
	s.undo.add("outbox", s.outbox.Stop)
	return nil
}

func (s *Server) openLinks(ctx context.Context) error {
	key, err := s.secret(ctx, store.CodeKey)
	if err != nil {
		return err
	}
	lengths := make(map[int]links.Encoder)
	for length := link.MinLength; length <= link.MaxLength; length++ {
		if lengths[length], err = codes.New(key, length); err != nil {
			return err
		}
	}
	o := links.Options{
		Store: s.store, Minter: s.minter, Codes: lengths[link.DefaultLen], Lengths: lengths, Publisher: later{},
		Domains: &s.domains.known, Domain: s.Domain, Offensive: s.Offensive, Now: s.Now,
	}
	if s.outbox != nil {
		o.Publisher = api.Outside{Next: receipts.Publisher{Next: s.outbox, Book: s.receipts}}
	}
	s.links, err = links.New(o)
	return err
}

// later leaves publishing to the servers that run.
type later struct{}

func (later) Publish(context.Context, string, []*links.Link) {}

// secret reads 32 random bytes that all replicas share; whoever is first makes
// them.
func (s *Server) secret(ctx context.Context, name string) ([]byte, error) {
	value, err := s.store.Secret(ctx, name, func() ([]byte, error) {
		fresh := make([]byte, 32)
		_, err := rand.Read(fresh)
		return fresh, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return value, nil
}

// openIngest comes before the ports: what was taken in is booked after they close.
func (s *Server) openIngest(context.Context) (err error) {
	s.ingest, err = ingest.New(ingest.Options{Store: s.store, Logger: s.Logger, Registerer: s.Registry, Now: s.Now})
	if err != nil {
		return err
	}
	s.undo.add("ingest", s.ingest.Stop)
	janitor, err := ingest.NewJanitor(s.store, s.Logger)
	if err != nil {
		return err
	}
	s.loop("janitor", janitor.Run)
	return nil
}

func (s *Server) serveRPC(context.Context) (err error) {
	s.rpc, err = rpc.New(rpc.Options{
		Addr: s.Options.RPCAddr, TLS: s.RPCTLS, Links: s.store, Ranges: s.issuer, Clicks: s.ingest, Edges: s.receipts, Gate: s.callGate, Logger: s.Logger, MaxConnections: s.MaxConnections,
	})
	if err != nil {
		return err
	}
	if err := s.rpc.Start(); err != nil {
		return listenRemedy("RPC", "--rpc-addr", s.Options.RPCAddr, err)
	}
	s.undo.add("RPC", func(ctx context.Context) error {
		ctx, cancel := half(ctx) // an edge may take its time to ship
		defer cancel()
		return s.rpc.Stop(ctx)
	})
	return nil
}

func (s *Server) serveAPI(ctx context.Context) error {
	cursors, err := s.secret(ctx, store.CursorKey)
	if err != nil {
		return err
	}
	counters, err := limits.New(limits.Options{Now: s.Now})
	if err != nil {
		return err
	}
	guesses, err := limits.New(limits.Options{Now: s.Now})
	if err != nil {
		return err
	}
	once, err := idempotency.New(s.store, s.Logger, s.Now)
	if err != nil {
		return err
	}
	s.loop("idempotency", once.Run)
	sealer, err := audit.NewSealer(s.store, s.Logger, s.Now)
	if err != nil {
		return err
	}
	s.loop("audit", sealer.Run)
	hosts, err := rules.New(rules.Options{
		Store: s.store, Workspace: s.access.WorkspaceExists, Default: s.Domain, Changed: s.domains.changed, Now: s.Now,
	})
	if err != nil {
		return err
	}
	if err := s.openStats(); err != nil {
		return err
	}
	hooks, err := webhooks.New(webhooks.Options{
		Store: s.store, Workspace: s.access.WorkspaceExists, Private: s.PrivateWebhooks, Now: s.Now, Logger: s.Logger, Registerer: s.Registry,
	})
	if err != nil {
		return err
	}
	s.loop("webhooks", hooks.Run)
	handler, err := api.New(api.Options{
		Links: s.links, Access: s.access, Audit: s.store, Domains: hosts, Limits: counters, Guesses: guesses, Once: once, Trusted: s.trusted, Stats: s.stats, Live: s.live, Webhooks: hooks,
		Gate: s.apiGate, Receipts: s.receipts, Ranges: s.store, ShortURL: s.ShortURL, CursorKey: cursors, Deadline: s.Deadline, Logger: s.Logger, Registerer: s.Registry,
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.Options.Addr)
	if err != nil {
		return listenRemedy("API", "--addr (in standalone, --control-addr)", s.Options.Addr, err)
	}
	limited, err := s.limit(listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s.api = limited
	s.serve(limited, handler)
	return nil
}

func (s *Server) openStats() (err error) {
	if s.stats, err = stats.New(stats.Options{Store: s.store, Pending: s.ingest.Pending, Now: s.Now}); err != nil {
		return err
	}
	if s.live, err = live.New(live.Options{Clicks: s.stats, Logger: s.Logger, Now: s.Now}); err != nil {
		return err
	}
	s.live.Start()
	s.undo.add("live", s.live.Stop)
	return nil
}

// openGates makes the gates in front of the database: edges that ask for misses
// must not be kept out by people who write, nor the other way round.
func (s *Server) openGates(context.Context) (err error) {
	if s.apiGate, err = admission.New(admission.Options{Name: "api", Registerer: s.Registry}); err != nil {
		return err
	}
	s.callGate, err = admission.New(admission.Options{Name: "rpc", Registerer: s.Registry})
	return err
}

// serveOps comes before the public ports, so that a start that hangs can be
// looked into.
func (s *Server) serveOps(context.Context) (err error) {
	s.health = &health{store: s.store, gates: []*admission.Gate{s.apiGate, s.callGate}}
	s.ops, err = ops.New(ops.Options{
		Addr: s.Options.OpsAddr, Gatherer: s.Registry, Ready: s.health.ready, Logger: s.Logger,
		Headers: func(h http.Header) { h.Set("Fingerpost-Feed", s.domains.state()) },
	})
	if err != nil {
		return err
	}
	if err := s.ops.Start(); err != nil {
		return listenRemedy("ops port", "--ops-addr (in standalone, --control-ops-addr)", s.Options.OpsAddr, err)
	}
	s.undo.add("ops", s.ops.Stop)
	return nil
}

// watchHealth comes last: from its first check on, the server is ready, and it
// is the first to end, so that traffic goes elsewhere before ports close.
func (s *Server) watchHealth(ctx context.Context) error {
	s.health.check(ctx)
	s.loop("health", s.health.run)
	return nil
}
