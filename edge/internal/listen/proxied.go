package listen

import (
	"errors"
	"fmt"
	"net"
	"sync/atomic"
)

// proxied is a connection that a trusted proxy passes on. It begins with a PROXY
// header, which is read when the first byte is asked for: in the goroutine that
// serves the connection, under the deadline that the server has set by then.
type proxied struct {
	net.Conn
	begun  bool  // the reader's
	failed error // the reader's
	remote atomic.Pointer[net.TCPAddr]
}

func newProxied(c net.Conn) *proxied { return &proxied{Conn: c} }

// Read skips the header.
func (p *proxied) Read(b []byte) (int, error) {
	if !p.begun {
		p.begun = true
		p.failed = p.begin()
	}
	if p.failed != nil {
		return 0, p.failed
	}
	return p.Conn.Read(b)
}

func (p *proxied) begin() error {
	remote, err := readProxyHeader(p.Conn)
	if err != nil {
		return fmt.Errorf("reading the PROXY header: %w", err)
	}
	if remote.IsValid() {
		p.remote.Store(net.TCPAddrFromAddrPort(remote))
	}
	return nil
}

// RemoteAddr is the client's, once its header was read.
func (p *proxied) RemoteAddr() net.Addr {
	if a := p.remote.Load(); a != nil {
		return a
	}
	return p.Conn.RemoteAddr()
}

// CloseWrite ends one direction.
func (p *proxied) CloseWrite() error {
	half, ok := p.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}
