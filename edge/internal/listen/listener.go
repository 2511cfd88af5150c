package listen

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/loop"
	"github.com/fingerpost/fingerpost/sync/address"
)

// Listener lets connections in until it is closed. It is a net.Listener.
type Listener struct {
	net.Listener
	options Options
	closed  chan struct{}
	once    sync.Once
	turned  chan turned
	turning sync.WaitGroup // closeTurned, from Open to Close
}

// Open checks the options and listens.
func Open(o Options) (*Listener, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	l := &Listener{Listener: o.Socket, options: o, closed: make(chan struct{}), turned: make(chan turned, turnedAtOnce)}
	if l.Listener == nil {
		var err error
		if l.Listener, err = open(o.Addr, o.Share); err != nil {
			return nil, fmt.Errorf("listening: %w", err)
		}
	}
	if o.TLS == nil && !o.ProxyProtocol { // no loop sees through these
		var err error
		if l.Listener, err = loop.Listener(l.Listener); err != nil {
			return nil, fmt.Errorf("listening: %w", err)
		}
	}
	l.turning.Go(l.closeTurned)
	return l, nil
}

// Accept waits for a connection that may come in. It gives an error only when
// the listener was closed, for the server ends at the first one.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.next()
		if err != nil {
			l.closeRest()
			return nil, err
		}
		c := &conn{Conn: accepted, gate: l.options.Gate, holder: l.holder(accepted)}
		if v := l.options.Gate.enter(c); v != admitted {
			l.turnAway(accepted, v)
			continue
		}
		return l.layer(c), nil
	}
}

// next accepts one connection. After an error it waits a little, as net/http
// does, and tries again.
func (l *Listener) next() (net.Conn, error) {
	const least, most = 5 * time.Millisecond, time.Second
	for wait := least; ; wait = min(2*wait, most) {
		c, err := l.Listener.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return c, err
		}
		l.options.Logger.Warn("accepting a connection failed", "error", err, "again_in", wait)
		select {
		case <-time.After(wait):
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
}

// layer puts a connection's layers together, the one next to the wire first.
func (l *Listener) layer(c *conn) net.Conn {
	inner := net.Conn(c)
	if l.options.ProxyProtocol && address.Within(l.options.Trusted, address.Of(c.RemoteAddr())) {
		inner = newProxied(inner)
	}
	if l.options.TLS != nil {
		inner = tls.Server(inner, l.options.TLS)
	}
	return inner
}

// holder is to whom a connection is counted: nobody if a proxy passes it on.
func (l *Listener) holder(c net.Conn) netip.Addr {
	addr := address.Of(c.RemoteAddr())
	if address.Within(l.options.Trusted, addr) {
		return netip.Addr{}
	}
	return address.Network(addr)
}

// Close ends accepting. Connections that were let in live on.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	err := l.Listener.Close()
	l.turning.Wait()
	return err
}

// conn is a connection that was let in.
type conn struct {
	net.Conn
	gate   *Gate
	holder netip.Addr
	once   sync.Once
}

// Close gives the connection's place to another. The server may call it twice.
func (c *conn) Close() error {
	c.once.Do(func() { c.gate.leave(c) })
	return c.Conn.Close()
}

// closeRead has whoever reads find the connection's end. It may be closed already.
func (c *conn) closeRead() {
	if half, ok := c.Conn.(interface{ CloseRead() error }); ok {
		_ = half.CloseRead()
	}
}

// NetConn is the connection itself, for loops.
func (c *conn) NetConn() net.Conn { return c.Conn }

// CloseWrite ends one direction, so that an answer can be read to its end.
func (c *conn) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}
