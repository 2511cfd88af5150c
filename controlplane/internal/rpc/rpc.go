package rpc

import (
	"context"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	"github.com/fingerpost/fingerpost/sync/crowd"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// maxMessage bounds what a caller may send: a batch of clicks is the only
	// message that is not tiny.
	maxMessage = 4 << 20
	// maxCalls bounds the calls of one connection that run at once; more wait
	// in the connection, not in our memory.
	maxCalls = 256
	// maxIdle is how long a connection may be without a call: then its place is
	// another's. An edge connects anew when it has something to ask.
	maxIdle = 5 * time.Minute
)

// Server answers calls from Start until Stop.
type Server struct {
	Options
	grpc     *grpc.Server
	listener *crowd.Listener
	done     chan struct{} // closed when Serve has ended
}

// New checks the options.
func New(o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	s := &Server{Options: o, done: make(chan struct{})}
	transport := insecure.NewCredentials()
	if o.TLS != nil {
		transport = credentials.NewTLS(o.TLS)
	}
	s.grpc = grpc.NewServer(
		grpc.Creds(transport),
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxConcurrentStreams(maxCalls),
		grpc.ConnectionTimeout(5*time.Second),
		// Edges ping to notice a dead path; oftener than this is a fault or an attack.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Second, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: maxIdle, Time: 10 * time.Second, Timeout: 5 * time.Second}),
		grpc.UnaryInterceptor(s.guard),
	)
	wire.RegisterResolverServer(s.grpc, resolver{reader: o.Links})
	wire.RegisterRangesServer(s.grpc, ranges{issuer: o.Ranges})
	wire.RegisterClicksServer(s.grpc, clicks{shipper: o.Clicks})
	wire.RegisterReceiptsServer(s.grpc, receipts{reporter: o.Edges})
	return s, nil
}

// Start listens and serves in the background.
func (s *Server) Start() error {
	l, err := net.Listen("tcp", s.Options.Addr)
	if err != nil {
		return fmt.Errorf("listening for RPC: %w", err)
	}
	s.listener = crowd.Limit(l, s.MaxConnections)
	go func() {
		defer close(s.done)
		if err := s.grpc.Serve(s.listener); err != nil {
			s.Logger.Error("RPC port ended", "error", err)
		}
	}()
	return nil
}

// Addr is where the server listens, after Start.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Connections is how many there are, after Start.
func (s *Server) Connections() int { return s.listener.Open() }

// Stop lets calls under way finish until ctx ends, and then breaks them off.
func (s *Server) Stop(ctx context.Context) error {
	cut := context.AfterFunc(ctx, s.grpc.Stop)
	defer cut()
	s.grpc.GracefulStop()
	<-s.done
	return ctx.Err()
}
