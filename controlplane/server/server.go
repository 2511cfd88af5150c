package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/live"
	"github.com/fingerpost/fingerpost/controlplane/internal/outbox"
	"github.com/fingerpost/fingerpost/controlplane/internal/receipts"
	"github.com/fingerpost/fingerpost/controlplane/internal/rpc"
	"github.com/fingerpost/fingerpost/controlplane/internal/sealed"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/address"
	"github.com/fingerpost/fingerpost/sync/crowd"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/ops"
)

// Server is one control plane, from Start until Stop.
type Server struct {
	Options
	undo              teardown
	api               net.Listener
	rpc               *rpc.Server
	ops               *ops.Server
	newKey            string      // the admin key that this start has made
	writer            string      // who this process is among those who lease codes
	box               *sealed.Box // nil: secrets stand in the clear
	store             *store.Store
	feed              *feed.Client
	domains           *domains
	access            *access.Access
	issuer            counter.Issuer
	minter            *counter.Minter
	outbox            *outbox.Outbox
	links             *links.Links
	health            *health
	receipts          *receipts.Book
	ingest            *ingest.Ingest
	stats             *stats.Stats
	live              *live.Live
	apiGate, callGate *admission.Gate
	trusted           []netip.Prefix
}

// New checks the options. Nothing is opened yet.
func New(o Options) (*Server, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	trusted, err := address.ParseNetworks(o.TrustedProxies)
	if err != nil {
		return nil, fmt.Errorf("--trusted-proxies: %w", err)
	}
	box, err := openBox(o.MasterKeys)
	if err != nil {
		return nil, err
	}
	return &Server{Options: o, writer: writerName(o.Region), trusted: trusted, box: box}, nil
}

// Start opens the database, migrates it, and serves. If it fails, it has undone
// what it did. ctx bounds Start only.
func (s *Server) Start(ctx context.Context) error {
	for _, begin := range []func(context.Context) error{
		s.openStore, s.sealSecrets, s.openGates, s.openFeed, s.openDomains, s.openAccess, s.openCodes, s.openOutbox, s.openReceipts, s.openLinks, s.openIngest,
		s.serveOps, s.serveRPC, s.serveAPI, s.watchHealth,
	} {
		if err := begin(ctx); err != nil {
			// What was started is stopped even if it is ctx that has ended.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return errors.Join(err, s.undo.run(ctx))
		}
	}
	return nil
}

// Stop refuses new work, lets what is under way finish until ctx ends, and
// gives everything back.
func (s *Server) Stop(ctx context.Context) error { return s.undo.run(ctx) }

// Addr is where the public API listens, after Start.
func (s *Server) Addr() string { return s.api.Addr().String() }

// RPCAddr is where the internal RPC listens, after Start.
func (s *Server) RPCAddr() string { return s.rpc.Addr() }

// OpsAddr is where the ops port listens, after Start.
func (s *Server) OpsAddr() string { return s.ops.Addr() }

// AdminKey is the admin key that Start has made, and "" if there was one. It
// can be had nowhere else.
func (s *Server) AdminKey() string { return s.newKey }

// loop runs fn until the teardown ends its context, and waits for it.
func (s *Server) loop(name string, fn func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn(ctx)
	}()
	s.undo.add(name, func(context.Context) error {
		cancel()
		<-done
		return nil
	})
}

// serve answers HTTP on l with handler until the teardown.
func (s *Server) serve(l *crowd.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		ConnState:         l.State,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      45 * time.Second, // a receipt may be waited for 30 s
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(s.live.End) // its streams would hold up the rest
	server.RegisterOnShutdown(s.receipts.End)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.Logger.Error("API port ended", "error", err)
		}
	}()
	s.undo.add("API", func(ctx context.Context) error {
		ctx, cancel := half(ctx)
		defer cancel()
		err := server.Shutdown(ctx)
		if err != nil {
			err = errors.Join(fmt.Errorf("requests were broken off: %w", err), server.Close())
		}
		<-done
		return err
	})
}
