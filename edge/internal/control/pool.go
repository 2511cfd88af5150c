package control

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Options of a Pool.
type Options struct {
	// Addrs are the control planes' gRPC addresses, host:port; at least one.
	Addrs []string
	// TLS secures the calls; nil sends them in the clear.
	TLS *tls.Config
}

// Pool is connected to all control planes and uses one.
type Pool struct {
	conns  []*grpc.ClientConn
	sticky atomic.Uint32 // index of the connection that answered last
}

// New checks the addresses. It connects when the first call is made, and does
// not need anybody to be there.
func New(o Options) (*Pool, error) {
	if len(o.Addrs) == 0 {
		return nil, errors.New("control: Addrs is empty")
	}
	secure := insecure.NewCredentials()
	if o.TLS != nil {
		secure = credentials.NewTLS(o.TLS)
	}
	p := &Pool{}
	for _, addr := range o.Addrs {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return nil, errors.Join(fmt.Errorf("control: address %q must be host:port: %w", addr, err), p.Close())
		}
		conn, err := grpc.NewClient(addr,
			grpc.WithTransportCredentials(secure),
			// A control plane that comes back is used within two seconds.
			grpc.WithConnectParams(grpc.ConnectParams{
				Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
				MinConnectTimeout: time.Second,
			}))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("control: address %q: %w", addr, err), p.Close())
		}
		p.conns = append(p.conns, conn)
	}
	return p, nil
}

// Close ends the connections. Calls under way fail.
func (p *Pool) Close() error {
	var errs []error
	for _, c := range p.conns {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// Resolve implements origin.Resolver.
func (p *Pool) Resolve(ctx context.Context, key link.Key) (*wire.Record, error) {
	var record *wire.Record
	err := p.try(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		response, err := wire.NewResolverClient(conn).Resolve(ctx, &wire.ResolveRequest{Domain: key.Domain, Code: key.Code})
		record = response.GetRecord()
		return err
	})
	return record, err
}

// Ship implements clicks.Shipper.
func (p *Pool) Ship(ctx context.Context, b *wire.Batch) error {
	return p.try(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		_, err := wire.NewClicksClient(conn).Ship(ctx, b)
		return err
	})
}

// try makes a call at one address after the other until one answers. Each gets
// an equal part of the time that is left, so that one that hangs leaves some for
// the next.
func (p *Pool) try(ctx context.Context, call func(context.Context, *grpc.ClientConn) error) error {
	var errs []error
	first, n := p.sticky.Load(), uint32(len(p.conns))
	for i := range n {
		at := (first + i) % n
		part, cancel := share(ctx, int(n-i))
		err := call(part, p.conns[at])
		cancel()
		if err == nil {
			if i > 0 {
				p.sticky.CompareAndSwap(first, at)
			}
			return nil
		}
		errs = append(errs, fmt.Errorf("calling %s: %w", p.conns[at].Target(), err))
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// share bounds ctx to one of n equal parts of the time that it leaves.
func share(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(n))
}
