package loop

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// listener gives connections that the runtime has not heard of.
type listener struct {
	file *os.File
	raw  syscall.RawConn
	addr net.Addr
}

// Listener is l with connections that a Loop can take. l is its own from here on.
func Listener(l net.Listener) (net.Listener, error) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return l, nil
	}
	defer tcp.Close()
	file, err := tcp.File()
	if err != nil {
		return nil, fmt.Errorf("taking the socket: %w", err)
	}
	raw, err := file.SyscallConn()
	if err == nil {
		err = inherited(raw)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("preparing the socket: %w", err)
	}
	return &listener{file, raw, tcp.Addr()}, nil
}

// congestion is the control that costs least. An answer is one segment as a rule,
// so there is nothing to control, while one such as BBR, which many hosts have by
// default, reads the clock and reckons a pace for each.
const congestion = "reno"

// inherited sets what net sets on each connection, and congestion: those that are
// accepted have it from the socket that listens.
func inherited(raw syscall.RawConn) (err error) {
	const quiet, between, probes = 15, 15, 9 // net.KeepAliveConfig's defaults, in seconds
	failed := raw.Control(func(fd uintptr) {
		for _, o := range []struct{ level, name, value int }{
			{syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1},
			{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
			{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, quiet},
			{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, between},
			{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, probes},
		} {
			err = errors.Join(err, syscall.SetsockoptInt(int(fd), o.level, o.name, o.value))
		}
		// A system without it serves as well.
		_ = syscall.SetsockoptString(int(fd), syscall.IPPROTO_TCP, syscall.TCP_CONGESTION, congestion)
	})
	return errors.Join(failed, err)
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	var fd int
	var from syscall.Sockaddr
	var failed error
	err := l.raw.Read(func(listening uintptr) (done bool) {
		fd, from, failed = syscall.Accept4(int(listening), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		return failed != syscall.EAGAIN
	})
	switch {
	case err != nil: // without a deadline, reading ends only with the file, in words of the poller's own
		return nil, net.ErrClosed
	case failed != nil:
		return nil, os.NewSyscallError("accept4", failed)
	}
	return &conn{fd: fd, remote: address(from)}, nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return l.addr }

// Close implements net.Listener.
func (l *listener) Close() error {
	if errors.Is(l.file.Close(), os.ErrClosed) {
		return net.ErrClosed
	}
	return nil
}
