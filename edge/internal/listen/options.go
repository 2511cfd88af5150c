package listen

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
)

// Options of a Listener.
type Options struct {
	// Addr is host:port to listen on; port 0 picks a free one.
	Addr string
	// Socket is used instead of Addr, if set: a listening socket that somebody
	// else opened. It is the Listener's from Open on.
	Socket net.Listener
	// Share lets other processes listen on the same port, and sends new
	// connections to the one that came last.
	Share bool
	// TLS, if set, is spoken on every connection.
	TLS *tls.Config
	// Trusted are the proxies that may say whose connection they pass on, and
	// whose own number is bounded by the Gate's total only.
	Trusted []netip.Prefix
	// ProxyProtocol expects the PROXY protocol, version 2, of the Trusted.
	ProxyProtocol bool
	// Gate bounds the connections; listeners can share one.
	Gate   *Gate
	Logger *slog.Logger
}

func (o *Options) validate() error {
	switch {
	case o.Gate == nil:
		return errors.New("listen: Gate is missing")
	case o.Logger == nil:
		return errors.New("listen: Logger is missing")
	case o.ProxyProtocol && len(o.Trusted) == 0:
		return errors.New("listen: ProxyProtocol needs Trusted: whose word is taken")
	}
	return nil
}
