package feed

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

// Options of a Client.
type Options struct {
	// Endpoints are etcd's client addresses, host:port or URLs; at least one.
	Endpoints []string
	// TLS, if set, is used to every endpoint.
	TLS    *tls.Config
	Logger *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Client publishes to the feed and follows it. Its methods may be called from
// any goroutine.
type Client struct {
	etcd   *clientv3.Client
	log    *slog.Logger
	now    func() time.Time
	leases leases
	past   past
}

// New makes a client. It does not wait for etcd: calls do, within their
// contexts.
func New(o Options) (*Client, error) {
	switch {
	case len(o.Endpoints) == 0:
		return nil, errors.New("feed: Endpoints is empty; name at least one etcd address")
	case o.Logger == nil:
		return nil, errors.New("feed: Logger is missing")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	etcd, err := clientv3.New(clientv3.Config{
		Endpoints: o.Endpoints,
		TLS:       o.TLS,
		Logger:    zap.NewNop(), // its errors come back from the calls
		// Half-open connections are given up after 8 s; etcd forbids pings
		// more often than every 5 s.
		DialKeepAliveTime:    6 * time.Second,
		DialKeepAliveTimeout: 2 * time.Second,
		DialOptions: []grpc.DialOption{
			// gRPC waits up to two minutes between attempts by default; a feed
			// that came back must be followed again within seconds.
			grpc.WithConnectParams(grpc.ConnectParams{
				Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
				MinConnectTimeout: time.Second,
			}),
		},
	})
	if err != nil {
		return nil, errors.Join(errors.New("feed: connecting to etcd"), err)
	}
	c := &Client{etcd: etcd, log: o.Logger, now: o.Now}
	c.leases = newLeases(etcd, o.Now)
	return c, nil
}

// Close ends the connections; calls under way fail.
func (c *Client) Close() error { return c.etcd.Close() }
