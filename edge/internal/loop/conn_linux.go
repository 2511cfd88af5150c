package loop

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// conn is a TCP connection. It is read, written and closed by its loop or by the
// goroutine that it is lent to, which also own its fields unless said otherwise.
type conn struct {
	fd     int
	remote netip.AddrPort

	loop   *loop // nil: none has it, or will
	guest  Guest
	due    int64 // the sweep that ends it
	inside bool  // that the loop may serve it; guarded by loop.mu

	// The runtime's way to the socket, once it waits for it, and the deadlines that
	// were set before.
	file          *os.File
	reads, writes time.Time

	mu     sync.Mutex
	closed bool // guarded by mu
}

// TryRead implements Socket.
func (c *conn) TryRead(p []byte) (int, error) { return receive(c.fd, p) }

// Return implements Socket.
func (c *conn) Return() bool {
	if c.file != nil {
		return false
	}
	c.due = c.loop.sweeps.Load() + c.loop.options.idle
	return c.loop.await(c)
}

// Read waits, as net.Conn's does.
func (c *conn) Read(p []byte) (int, error) {
	if c.file == nil {
		if n, err := receive(c.fd, p); n > 0 || err != nil {
			return n, err
		}
		if err := c.leave(); err != nil {
			return 0, err
		}
	}
	return c.file.Read(p)
}

// Write waits, as net.Conn's does.
func (c *conn) Write(p []byte) (int, error) {
	if c.file != nil {
		return c.file.Write(p)
	}
	n, err := send(c.fd, p)
	if n == len(p) || err != nil {
		return n, err
	}
	if err := c.leave(); err != nil {
		return n, err
	}
	rest, err := c.file.Write(p[n:])
	return n + rest, err
}

// leave has the runtime wait for the connection from now on.
func (c *conn) leave() error {
	if c.loop != nil {
		c.loop.forget(c)
		c.loop = nil
	}
	c.file = os.NewFile(uintptr(c.fd), "connection")
	return errors.Join(c.file.SetReadDeadline(c.reads), c.file.SetWriteDeadline(c.writes))
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.closed = true
	if c.file != nil {
		return c.file.Close()
	}
	if c.loop != nil {
		c.loop.remove(c)
	}
	return os.NewSyscallError("close", syscall.Close(c.fd))
}

// CloseRead has the connection read as ended. Anybody may call it.
func (c *conn) CloseRead() error { return c.shutdown(syscall.SHUT_RD) }

// CloseWrite ends what is sent. Anybody may call it.
func (c *conn) CloseWrite() error { return c.shutdown(syscall.SHUT_WR) }

func (c *conn) shutdown(how int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	return os.NewSyscallError("shutdown", syscall.Shutdown(c.fd, how))
}

// SetReadDeadline is for Read.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.reads = t
	if c.file == nil {
		return nil
	}
	return c.file.SetReadDeadline(t)
}

// SetWriteDeadline is for Write.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.writes = t
	if c.file == nil {
		return nil
	}
	return c.file.SetWriteDeadline(t)
}

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr {
	s, err := syscall.Getsockname(c.fd)
	if err != nil {
		return &net.TCPAddr{}
	}
	return net.TCPAddrFromAddrPort(address(s))
}
