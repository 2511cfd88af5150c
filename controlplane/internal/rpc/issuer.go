package rpc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/sync/wire"
)

var _ counter.Issuer = (*Issuer)(nil)

// Issuer leases from control planes, for a writer that has no database. It is safe
// for concurrent use.
type Issuer struct {
	conns []*grpc.ClientConn
	best  atomic.Int64 // index of the one that answered last
}

// NewIssuer names the control planes, host:port of their internal RPC; tlsConfig nil
// sends in the clear. Nothing is connected yet.
func NewIssuer(addrs []string, tlsConfig *tls.Config) (*Issuer, error) {
	if len(addrs) == 0 {
		return nil, errors.New("rpc: addrs is empty")
	}
	transport := insecure.NewCredentials()
	if tlsConfig != nil {
		transport = credentials.NewTLS(tlsConfig)
	}
	i := new(Issuer)
	for _, addr := range addrs {
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(transport))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("rpc: addrs: %s: %w", addr, err), i.Close())
		}
		i.conns = append(i.conns, conn)
	}
	return i, nil
}

// LeaseRange is counter.Issuer's. It asks the control plane that answered last, and
// then the others. One that took its time may have leased all the same: that range
// is wasted, and no other is wrong for it.
func (i *Issuer) LeaseRange(ctx context.Context, l counter.Lease) (counter.Range, error) {
	first := int(i.best.Load())
	var failed error
	for n := range i.conns {
		at := (first + n) % len(i.conns)
		leased, err := wire.NewRangesClient(i.conns[at]).Lease(ctx, &wire.LeaseRequest{
			Writer: l.Writer, Region: l.Region, Length: uint32(l.Length), Size: l.Size,
		})
		switch status.Code(err) {
		case codes.OK:
			i.best.Store(int64(at))
			return counter.Range{Shard: int(leased.GetShard()), First: leased.GetFirst(), Size: leased.GetSize()}, nil
		case codes.ResourceExhausted:
			return counter.Range{}, fmt.Errorf("leasing range of length %d: %w", l.Length, counter.ErrExhausted)
		case codes.InvalidArgument, codes.Canceled, codes.DeadlineExceeded:
			return counter.Range{}, fmt.Errorf("leasing range: %w", err)
		}
		failed = err
	}
	return counter.Range{}, fmt.Errorf("leasing range: %w", failed)
}

// Close ends the connections.
func (i *Issuer) Close() error {
	var all error
	for _, conn := range i.conns {
		all = errors.Join(all, conn.Close())
	}
	return all
}
