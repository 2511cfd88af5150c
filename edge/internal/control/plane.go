package control

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

// failures in a row make a control plane be left alone.
const failures = 5

// plane is one control plane.
type plane struct {
	conn    *grpc.ClientConn
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	usual   atomic.Int64 // how long its answers take, in nanoseconds, smoothed
}

func newPlane(addr string, secure credentials.TransportCredentials, rest time.Duration) (*plane, error) {
	conn, err := grpc.NewClient(addr,
		grpc.WithTransportCredentials(secure),
		// A control plane that comes back is used within two seconds.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: time.Second,
		}),
		// A path that fell silent is given up, and a new one made.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 3 * time.Second}))
	if err != nil {
		return nil, fmt.Errorf("control: address %q: %w", addr, err)
	}
	return &plane{conn: conn, breaker: gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:      rest,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failures },
		IsSuccessful: answered,
		// Its caller went away: that says nothing about the control plane.
		IsExcluded: func(err error) bool { return status.Code(err) == codes.Canceled },
	})}, nil
}

// answered says whether a call's end shows a control plane at work.
func answered(err error) bool {
	switch status.Code(err) {
	case codes.OK, codes.InvalidArgument, codes.Unimplemented, codes.NotFound, codes.AlreadyExists, codes.FailedPrecondition, codes.OutOfRange:
		return true
	}
	return false
}

// call makes one call, unless the control plane is being left alone.
func (p *plane) call(ctx context.Context, do func(context.Context, *grpc.ClientConn) error) error {
	done, err := p.breaker.Allow()
	if err != nil {
		return fmt.Errorf("calling %s: %w", p.conn.Target(), err)
	}
	begin := time.Now()
	err = do(ctx, p.conn)
	done(err)
	if err == nil {
		// Concurrent calls may overwrite each other's share; an average bears that.
		p.usual.Store((7*p.usual.Load() + int64(time.Since(begin))) / 8)
	}
	if err != nil {
		return fmt.Errorf("calling %s: %w", p.conn.Target(), err)
	}
	return nil
}

// resting says whether the control plane is being left alone.
func (p *plane) resting() bool { return p.breaker.State() != gobreaker.StateClosed }
