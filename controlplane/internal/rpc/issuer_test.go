package rpc_test

import (
	"errors"
	"net"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/rpc"
)

// A writer without a database mints from what any control plane leases it: one that
// is gone is passed over.
func TestIssuer(t *testing.T) {
	for name, c := range map[string]struct {
		behind behind
		want   func(err error) bool
	}{
		"fails over":        {behind{}, func(err error) bool { return err == nil }},
		"no numbers left":   {behind{err: counter.ErrExhausted}, func(err error) bool { return errors.Is(err, counter.ErrExhausted) }},
		"no database":       {behind{err: errors.New("down")}, func(err error) bool { return status.Code(err) == codes.Unavailable }},
		"database hangs":    {behind{hang: true}, func(err error) bool { return status.Code(err) == codes.Unavailable }},
		"control plane ill": {behind{panic: true}, func(err error) bool { return status.Code(err) == codes.Internal }},
	} {
		t.Run(name, func(t *testing.T) {
			issuer, err := rpc.NewIssuer([]string{unused(t), start(t, &c.behind).Target()}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer issuer.Close()
			leased, err := issuer.LeaseRange(t.Context(), counter.Lease{Writer: "far", Region: "eu", Length: 7, Size: 5})
			if !c.want(err) {
				t.Fatalf("the error is %v", err)
			}
			if want := (counter.Range{Shard: 3, First: 10, Size: 5}); err == nil && leased != want {
				t.Errorf("leased %+v, want %+v", leased, want)
			}
		})
	}
	if _, err := rpc.NewIssuer(nil, nil); err == nil {
		t.Error("an issuer of nobody")
	}
}

// unused is an address where nobody listens.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
