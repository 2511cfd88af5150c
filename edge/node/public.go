package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/certs"
	"github.com/fingerpost/fingerpost/edge/internal/limit"
	"github.com/fingerpost/fingerpost/edge/internal/listen"
	"github.com/fingerpost/fingerpost/edge/internal/redirect"
	"github.com/fingerpost/fingerpost/sync/address"
)

// maxDrain leaves time to end within five seconds.
const maxDrain = 3 * time.Second

// settleTime is how long a node that takes over lets visitors wait.
const settleTime = 3 * time.Second

// Public is how the world comes to a node, beside Options.Addr. Its zero value
// is a plain port with the default limits.
type Public struct {
	// TLSAddr serves redirects over TLS; host:port. Empty: nowhere.
	TLSAddr string
	// TLSCert and TLSKey are the files of a certificate and its key, or TLSCert
	// alone a folder of many. They are followed when they change.
	TLSCert, TLSKey string
	// Socket and TLSSocket are listening sockets to serve instead of Addr and
	// TLSAddr. The node closes them.
	Socket, TLSSocket net.Listener
	// ReusePort lets the next process listen on the same ports while this one
	// ends. It does so once it is ready.
	ReusePort bool
	// TrustedProxies are addresses and networks whose X-Forwarded-For counts.
	TrustedProxies []string
	// ProxyProtocol expects the PROXY protocol, version 2, of these instead.
	ProxyProtocol bool
	// MaxConnections bounds the connections. Default 32,768.
	MaxConnections int
	// MaxConnectionsPerAddress bounds those of an address (IPv6: a /64), unless it
	// is a trusted proxy's. Default half of MaxConnections.
	MaxConnectionsPerAddress int
	// UnknownRate is how many unknown codes a second an address may ask for.
	// Default 50; negative: as many as it likes.
	UnknownRate float64
	// UnknownBurst is how many it may ask for at once. Default 500.
	UnknownBurst int
	// Drain is how long a node that stops says that it is not ready before it
	// refuses connections, so that whoever sends visitors notices. Default 0, at
	// most 3 s.
	Drain time.Duration
}

func (p *Public) validate() error {
	if p.TLSAddr != "" {
		if err := checkAddr(p.TLSAddr); err != nil {
			return setting("TLSAddr", err)
		}
	}
	if (p.TLSAddr != "" || p.TLSSocket != nil) != (p.TLSCert != "") {
		return setting("TLSCert", errors.New("is needed for TLS, and of no use without an address for it"))
	}
	if p.TLSKey != "" && p.TLSCert == "" {
		return setting("TLSKey", errors.New("is of no use without a certificate"))
	}
	if _, err := address.ParseNetworks(p.TrustedProxies); err != nil {
		return setting("TrustedProxies", err)
	}
	switch {
	case p.ProxyProtocol && len(p.TrustedProxies) == 0:
		return setting("ProxyProtocol", errors.New("needs to know whose word to take: name the trusted proxies"))
	case p.MaxConnections < 0:
		return setting("MaxConnections", fmt.Errorf("%d must be positive", p.MaxConnections))
	case p.MaxConnectionsPerAddress < 0:
		return setting("MaxConnectionsPerAddress", fmt.Errorf("%d must be positive", p.MaxConnectionsPerAddress))
	case p.UnknownBurst < 0:
		return setting("UnknownBurst", fmt.Errorf("%d must be positive", p.UnknownBurst))
	case p.Drain < 0 || p.Drain > maxDrain:
		return setting("Drain", fmt.Errorf("%s must be between 0 and %s", p.Drain, maxDrain))
	}
	return nil
}

// ports is what the redirect server makes of it. Certificates are followed from
// here on.
func (n *Node) ports() (redirect.Ports, error) {
	p := n.options.Public
	trusted, err := address.ParseNetworks(p.TrustedProxies)
	if err != nil {
		return redirect.Ports{}, setting("TrustedProxies", err)
	}
	ports := redirect.Ports{
		TLSAddr: p.TLSAddr, Socket: p.Socket, TLSSocket: p.TLSSocket, Share: p.ReusePort,
		Trusted: trusted, ProxyProtocol: p.ProxyProtocol,
		Limits: listen.Limits{Connections: p.MaxConnections, PerAddress: p.MaxConnectionsPerAddress},
	}
	if p.TLSCert == "" {
		return ports, nil
	}
	store, err := certs.New(certs.Options{Path: p.TLSCert, Key: p.TLSKey, Logger: n.options.Logger})
	if err != nil {
		return redirect.Ports{}, setting("TLSCert", err)
	}
	ports.TLS = store.Config()
	n.run("watching the certificates", store.Watch)
	return ports, n.register(store)
}

// settle waits until the node can serve, if visitors come to another process or
// wait in a socket's queue until then. It does not wait for ever: what is behind
// the edge may be down.
func (n *Node) settle(ctx context.Context) {
	if p := n.options.Public; !p.ReusePort && p.Socket == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err := n.WaitReady(ctx); err != nil {
		n.options.Logger.Warn("taking over without being ready", "reason", err)
	}
}

// unknown is the bound on unknown codes.
func (p *Public) unknown() limit.Options {
	return limit.Options{Rate: p.UnknownRate, Burst: p.UnknownBurst}
}

// portSetting names the setting that a port that cannot be opened came from.
func portSetting(err error) error {
	name := "Addr"
	if secure := new(redirect.TLSPortError); errors.As(err, &secure) {
		name = "TLSAddr"
	}
	return setting(name, fmt.Errorf("%w; free the port or choose another address", err))
}

// TLSAddr is where redirects are served over TLS, after Start; empty if nowhere.
func (n *Node) TLSAddr() string { return n.redirect.TLSAddr() }
