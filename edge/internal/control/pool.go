package control

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Pool is connected to all control planes and uses one.
type Pool struct {
	options Options
	planes  []*plane
	sticky  atomic.Uint32 // index of the control plane that answered last
	hedges  atomic.Uint64
}

// New checks the addresses. It connects when the first call is made, and does
// not need anybody to be there.
func New(o Options) (*Pool, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	secure := insecure.NewCredentials()
	if o.TLS != nil {
		secure = credentials.NewTLS(o.TLS)
	}
	p := &Pool{options: o}
	for _, addr := range o.Addrs {
		plane, err := newPlane(addr, secure, o.Rest)
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.planes = append(p.planes, plane)
	}
	return p, nil
}

// Close ends the connections. Calls under way fail.
func (p *Pool) Close() error {
	var errs []error
	for _, c := range p.planes {
		errs = append(errs, c.conn.Close())
	}
	return errors.Join(errs...)
}

// Resolve implements origin.Resolver.
func (p *Pool) Resolve(ctx context.Context, key link.Key) (*wire.Record, error) {
	return p.race(ctx, func(ctx context.Context, conn *grpc.ClientConn) (*wire.Record, error) {
		response, err := wire.NewResolverClient(conn).Resolve(ctx, &wire.ResolveRequest{Domain: key.Domain, Code: key.Code})
		return response.GetRecord(), err
	})
}

// Ship implements clicks.Plane.
func (p *Pool) Ship(ctx context.Context, b *wire.Batch) error {
	return p.try(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		answer, err := wire.NewClicksClient(conn).Ship(ctx, b)
		switch {
		case status.Code(err) == codes.InvalidArgument:
			return fmt.Errorf("%w: %w", clicks.ErrRefused, err)
		case answer.GetConflict():
			return fmt.Errorf("%w: %w", clicks.ErrRefused, status.Error(codes.AlreadyExists, "other clicks have its number"))
		}
		return err
	})
}

// Salt implements clicks.Plane.
func (p *Pool) Salt(ctx context.Context, day int64) (key [16]byte, err error) {
	err = p.try(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		answer, err := wire.NewClicksClient(conn).Salt(ctx, &wire.SaltRequest{Day: day})
		if err == nil && len(answer.GetSalt()) != len(key) {
			return fmt.Errorf("a salt of %d bytes", len(answer.GetSalt()))
		}
		copy(key[:], answer.GetSalt())
		return err
	})
	return key, err
}

// Report implements follower.Reporter.
func (p *Pool) Report(ctx context.Context, r *wire.Applied) error {
	return p.try(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		_, err := wire.NewReceiptsClient(conn).Report(ctx, r)
		return err
	})
}

// try makes a call at one address after the other until one answers. Each gets
// an equal part of the time that is left, so that one that hangs leaves some for
// the next.
func (p *Pool) try(ctx context.Context, do func(context.Context, *grpc.ClientConn) error) error {
	var errs []error
	first, n := p.sticky.Load(), uint32(len(p.planes))
	for i := range n {
		at := (first + i) % n
		part, cancel := share(ctx, int(n-i))
		err := p.planes[at].call(part, do)
		cancel()
		if err == nil {
			p.stay(first, at)
			return nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// stay makes the control plane that answered the first to be called.
func (p *Pool) stay(first, answered uint32) {
	if first != answered {
		p.sticky.CompareAndSwap(first, answered)
	}
}

// share bounds ctx to one of n equal parts of the time that it leaves.
func share(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(n))
}
