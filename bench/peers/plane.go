//go:build linux

package peers

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"

	"google.golang.org/grpc"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// domain is that of all links.
const domain = "localhost"

// Link is a mapping that every server has.
type Link struct{ Code, URL string }

// plane plays the control plane: it knows the links and takes clicks.
type plane struct {
	wire.UnimplementedResolverServer
	wire.UnimplementedClicksServer
	addr   string
	server *grpc.Server
	links  map[string]string
	clicks atomic.Uint64
}

func startPlane(links []Link) (*plane, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening as control plane: %w", err)
	}
	p := &plane{addr: l.Addr().String(), server: grpc.NewServer(), links: make(map[string]string, len(links))}
	for _, link := range links {
		p.links[link.Code] = link.URL
	}
	wire.RegisterResolverServer(p.server, p)
	wire.RegisterClicksServer(p.server, p)
	go func() { _ = p.server.Serve(l) }() // until Stop, which ends it without an error
	return p, nil
}

// Resolve implements wire.ResolverServer.
func (p *plane) Resolve(_ context.Context, r *wire.ResolveRequest) (*wire.ResolveResponse, error) {
	url, ok := p.links[r.GetCode()]
	if !ok {
		return &wire.ResolveResponse{}, nil
	}
	return &wire.ResolveResponse{Record: &wire.Record{
		Domain: r.GetDomain(), Code: r.GetCode(), Version: 1, Url: url, Redirect: 302, Status: wire.Status_STATUS_ACTIVE,
	}}, nil
}

// Ship implements wire.ClicksServer.
func (p *plane) Ship(_ context.Context, b *wire.Batch) (*wire.ShipResponse, error) {
	for _, c := range b.GetCounts() {
		p.clicks.Add(c.GetCount())
	}
	return &wire.ShipResponse{}, nil
}

// Salt implements wire.ClicksServer.
func (p *plane) Salt(_ context.Context, r *wire.SaltRequest) (*wire.SaltResponse, error) {
	return &wire.SaltResponse{Salt: make([]byte, 16)}, nil
}
