package redirect

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/edge/internal/listen"
)

// Ports is how connections come to a Server, beside its Addr.
type Ports struct {
	// TLSAddr is host:port where TLS is spoken. Empty: nowhere.
	TLSAddr string
	// TLS chooses the certificates; needed with TLSAddr or TLSSocket.
	TLS *tls.Config
	// Socket and TLSSocket are used instead of Addr and TLSAddr, if set.
	Socket, TLSSocket net.Listener
	// Share lets a second process listen on the same ports and take over.
	Share bool
	// Trusted are the proxies that may say whom they speak for.
	Trusted []netip.Prefix
	// ProxyProtocol expects them to say so with the PROXY protocol, version 2.
	ProxyProtocol bool
	// Limits bound the connections.
	Limits listen.Limits
}

// open opens the ports.
func (s *Server) open() error {
	p := s.handler.options.Ports
	if err := s.openOne(s.handler.options.Addr, p.Socket, nil); err != nil {
		return fmt.Errorf("opening the port for redirects: %w", err)
	}
	if p.TLSAddr == "" && p.TLSSocket == nil {
		return nil
	}
	if p.TLS == nil {
		return errors.New("redirect: Ports.TLS is missing")
	}
	if err := s.openOne(p.TLSAddr, p.TLSSocket, p.TLS); err != nil {
		return &TLSPortError{err}
	}
	return nil
}

// TLSPortError says that it is the port for TLS that cannot be opened.
type TLSPortError struct{ Err error }

func (e *TLSPortError) Error() string { return "opening the port for TLS: " + e.Err.Error() }
func (e *TLSPortError) Unwrap() error { return e.Err }

func (s *Server) openOne(addr string, socket net.Listener, secure *tls.Config) error {
	p := s.handler.options.Ports
	l, err := listen.Open(listen.Options{
		Addr: addr, Socket: socket, Share: p.Share, TLS: secure,
		Trusted: p.Trusted, ProxyProtocol: p.ProxyProtocol,
		Gate:   s.gate,
		Logger: s.handler.options.Logger,
	})
	if err != nil {
		return err
	}
	s.listeners = append(s.listeners, l)
	return nil
}

// TLSAddr is where TLS is spoken, after Start; empty if nowhere.
func (s *Server) TLSAddr() string {
	if len(s.listeners) < 2 {
		return ""
	}
	return s.listeners[1].Addr().String()
}

// Connections counts the server's connections for Prometheus.
func (s *Server) Connections() prometheus.Collector { return s.gate }

func (s *Server) closePorts() error {
	var errs []error
	for _, l := range s.listeners {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
