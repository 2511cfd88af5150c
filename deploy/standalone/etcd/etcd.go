// Package etcd is an embedded etcd of one member: the feed of a single machine,
// and the real thing in tests. It keeps about an hour of history and listens on
// loopback only.
package etcd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Options of a Server.
type Options struct {
	// Dir holds its data; it is made if missing.
	Dir string
	// Addr is host:port for clients; empty means a free port on 127.0.0.1.
	Addr string
	// Logger hears when it cannot go on. Default: nobody does.
	Logger *slog.Logger
}

// Server is an etcd that runs from Start until Stop.
type Server struct {
	config *embed.Config
	etcd   *embed.Etcd
}

// New checks the options.
func New(o Options) (*Server, error) {
	if o.Dir == "" {
		return nil, errors.New("etcd: Dir is missing")
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	clients := url.URL{Scheme: "http", Host: o.Addr}
	c := embed.NewConfig()
	c.Name = "fingerpost"
	c.Dir = o.Dir
	c.ListenClientUrls = []url.URL{clients}
	c.AdvertiseClientUrls = []url.URL{clients}
	// Nobody connects to the peer port of a single member. It listens where
	// there is room, and advertises one constant address, because the member's
	// identity is made from it.
	c.ListenPeerUrls = []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	c.AdvertisePeerUrls = []url.URL{{Scheme: "http", Host: "127.0.0.1:2380"}}
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	c.AutoCompactionMode = embed.CompactorModePeriodic
	c.AutoCompactionRetention = "1h"
	c.QuotaBackendBytes = 8 << 30
	// A single member needs no time for others to vote.
	c.TickMs, c.ElectionMs = 10, 100
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.New(zapcore.NewNopCore(), zap.WithFatalHook(parked{o.Logger})))
	return &Server{config: c}, nil
}

// Start runs the server and waits until it answers.
func (s *Server) Start(ctx context.Context) error {
	e, err := embed.StartEtcd(s.config)
	if err != nil {
		return fmt.Errorf("starting etcd in %s: %w", s.config.Dir, err)
	}
	s.etcd = e
	select {
	case <-e.Server.ReadyNotify():
		return nil
	case err := <-e.Err():
		e.Close()
		return fmt.Errorf("starting etcd in %s: %w", s.config.Dir, err)
	case <-ctx.Done():
		e.Close()
		return fmt.Errorf("starting etcd in %s: %w", s.config.Dir, ctx.Err())
	}
}

// Addr is where clients reach it, after Start.
func (s *Server) Addr() string { return s.etcd.Clients[0].Addr().String() }

// Compact forgets all history up to now, as the hourly compaction does.
func (s *Server) Compact(ctx context.Context) error {
	_, err := s.etcd.Server.Compact(ctx, &pb.CompactionRequest{Revision: s.etcd.Server.KV().Rev(), Physical: true})
	return err
}

// Stop ends the server. Clients should be closed first: it waits for them.
func (s *Server) Stop(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.etcd.Close()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stopping etcd: %w", context.Cause(ctx))
	}
}
