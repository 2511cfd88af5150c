package rpc

import (
	"context"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// errArgument: the caller asked for something that cannot be.
var errArgument = errors.New("bad argument")

type resolver struct {
	wire.UnimplementedResolverServer
	reader Reader
}

// Resolve answers with a tombstone's record too: an edge must know its version.
func (s resolver) Resolve(ctx context.Context, in *wire.ResolveRequest) (*wire.ResolveResponse, error) {
	key := link.Key{Domain: in.GetDomain(), Code: in.GetCode()}
	if key.Domain == "" || len(key.Domain) > link.MaxDomain || link.CheckCode(key.Code) != nil {
		return nil, fmt.Errorf("%w: no link can have this key", errArgument)
	}
	found, err := s.reader.ReadLink(ctx, key)
	switch {
	case errors.Is(err, links.ErrNotFound):
		return &wire.ResolveResponse{}, nil
	case err != nil:
		return nil, fmt.Errorf("resolving %s: %w", key, err)
	}
	return &wire.ResolveResponse{Record: wire.FromLink(&found.Link, found.UpdatedAt)}, nil
}

type ranges struct {
	wire.UnimplementedRangesServer
	issuer counter.Issuer
}

// maxName bounds the names that are recorded with a lease.
const maxName = 100

func (s ranges) Lease(ctx context.Context, in *wire.LeaseRequest) (*wire.LeaseResponse, error) {
	switch length := in.GetLength(); {
	case length < link.MinLength || length > link.MaxLength:
		return nil, fmt.Errorf("%w: length must be %d to %d", errArgument, link.MinLength, link.MaxLength)
	case in.GetSize() == 0:
		return nil, fmt.Errorf("%w: size is zero", errArgument)
	case in.GetWriter() == "" || len(in.GetWriter()) > maxName || len(in.GetRegion()) > maxName:
		return nil, fmt.Errorf("%w: writer is missing, or a name is longer than %d bytes", errArgument, maxName)
	}
	leased, err := s.issuer.LeaseRange(ctx, counter.Lease{
		Writer: in.GetWriter(), Region: in.GetRegion(), Length: int(in.GetLength()), Size: in.GetSize(),
	})
	if err != nil {
		return nil, fmt.Errorf("leasing range: %w", err)
	}
	return &wire.LeaseResponse{Shard: uint32(leased.Shard), First: leased.First, Size: leased.Size}, nil
}

type clicks struct {
	wire.UnimplementedClicksServer
	shipper Shipper
}

func (s clicks) Ship(ctx context.Context, in *wire.Batch) (*wire.ShipResponse, error) {
	r, err := s.shipper.Ship(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("booking batch %s/%d/%d: %w", in.GetEdge(), in.GetEpoch(), in.GetSequence(), err)
	}
	return &wire.ShipResponse{Duplicate: r.Duplicate, Conflict: r.Conflict}, nil
}

func (s clicks) Salt(ctx context.Context, in *wire.SaltRequest) (*wire.SaltResponse, error) {
	salt, err := s.shipper.Salt(ctx, in.GetDay())
	if err != nil {
		return nil, fmt.Errorf("giving a salt: %w", err)
	}
	return &wire.SaltResponse{Salt: salt}, nil
}
