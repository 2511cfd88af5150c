package control_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/control"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// till answers every batch and every question for a salt alike.
type till struct {
	wire.UnimplementedClicksServer
	shipped *wire.ShipResponse
	salt    *wire.SaltResponse
	err     error
}

func (a till) Ship(context.Context, *wire.Batch) (*wire.ShipResponse, error) { return a.shipped, a.err }

func (a till) Salt(context.Context, *wire.SaltRequest) (*wire.SaltResponse, error) {
	return a.salt, a.err
}

func tillPool(t *testing.T, a till) *control.Pool {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	wire.RegisterClicksServer(s, a)
	done := make(chan error)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Stop()
		<-done
	})
	return pool(t, control.Options{Addrs: []string{l.Addr().String()}})
}

// What will never be booked is told from what may be, if it is sent again.
func TestShip(t *testing.T) {
	for name, c := range map[string]struct {
		answer         till
		fails, refused bool
	}{
		"booked":           {till{shipped: &wire.ShipResponse{}}, false, false},
		"booked before":    {till{shipped: &wire.ShipResponse{Duplicate: true}}, false, false},
		"other clicks":     {till{shipped: &wire.ShipResponse{Conflict: true}}, true, true},
		"cannot be":        {till{err: status.Error(codes.InvalidArgument, "no")}, true, true},
		"database down":    {till{err: status.Error(codes.Unavailable, "down")}, true, false},
		"a bug over there": {till{err: status.Error(codes.Internal, "panic")}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := tillPool(t, c.answer).Ship(ctx, &wire.Batch{Edge: "e", Epoch: 1, Sequence: 1})
			if (err != nil) != c.fails || errors.Is(err, clicks.ErrRefused) != c.refused {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestSalt(t *testing.T) {
	for name, c := range map[string]struct {
		salt  string
		works bool
	}{"whole": {"0123456789abcdef", true}, "short": {"0123456789abcde", false}, "none": {"", false}} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			key, err := tillPool(t, till{salt: &wire.SaltResponse{Salt: []byte(c.salt)}}).Salt(ctx, 20_000)
			if (err == nil) != c.works || c.works && string(key[:]) != c.salt {
				t.Errorf("%x, %v", key, err)
			}
		})
	}
}
