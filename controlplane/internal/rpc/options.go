package rpc

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Reader reads links strongly, tombstones too; links.ErrNotFound if the key
// never existed. Safe to retry.
type Reader interface {
	ReadLink(ctx context.Context, key link.Key) (*links.Link, error)
}

// Shipper takes clicks; an ingest.Ingest is one.
type Shipper interface {
	// Ship books a batch once; a repeated one is a duplicate and changes nothing.
	// Durable when it returns nil, safe to retry.
	Ship(ctx context.Context, batch *wire.Batch) (ingest.Result, error)
	// Salt gives the salt of a day, Unix seconds / 86,400. Safe to retry.
	Salt(ctx context.Context, day int64) ([]byte, error)
}

// Gate stands in front of the database; an admission.Gate is one. Who was let in
// calls leave once; who is refused has done nothing.
type Gate interface {
	Enter(ctx context.Context) (leave func(failed bool), err error)
	// Check refuses while the database does not answer.
	Check() error
}

// Options of a Server. Those without a default are required.
type Options struct {
	// Addr is host:port to listen on; port 0 picks a free one.
	Addr   string
	Links  Reader
	Ranges counter.Issuer
	Clicks Shipper
	Edges  Reporter
	// Gate refuses calls that the database could not answer soon; nil lets all in.
	Gate Gate
	// Deadline bounds each call but Ship; 0 means 2 s.
	Deadline time.Duration
	// ShipDeadline bounds Ship, which may wait for a booking that is under way and then
	// for its own; 0 means 10 s. Edges should wait longer: who leaves earlier sends what
	// is booked again.
	ShipDeadline time.Duration
	// MaxConnections bounds the connections; 0 means 10,000. More wait until one ends.
	MaxConnections int
	// TLS, if set, is used for every connection.
	TLS    *tls.Config
	Logger *slog.Logger
}

func (o *Options) validate() error {
	switch {
	case o.Links == nil:
		return errors.New("rpc: Links is missing")
	case o.Ranges == nil:
		return errors.New("rpc: Ranges is missing")
	case o.Clicks == nil:
		return errors.New("rpc: Clicks is missing")
	case o.Edges == nil:
		return errors.New("rpc: Edges is missing")
	case o.Deadline < 0:
		return errors.New("rpc: Deadline is negative")
	case o.ShipDeadline < 0:
		return errors.New("rpc: ShipDeadline is negative")
	case o.MaxConnections < 0:
		return errors.New("rpc: MaxConnections is negative")
	case o.Logger == nil:
		return errors.New("rpc: Logger is missing")
	}
	if o.Deadline == 0 {
		o.Deadline = 2 * time.Second
	}
	if o.ShipDeadline == 0 {
		o.ShipDeadline = 10 * time.Second
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = 10_000
	}
	return nil
}
