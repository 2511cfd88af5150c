package deadline

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// glance is how long a quiet connection goes unread at most when a read took all
// that was there: what came with it and was no data, such as the client's end of
// its direction, is not announced again.
const glance = 2 * time.Second

// direct is a connection whose socket is at hand, so that a request costs one
// read. A net.Conn reads once more, in vain, before it waits; but the kernel
// tells of everything that arrives after a read that did not fill its room
// (epoll(7), edge-triggered).
type direct struct {
	conn
	raw   syscall.RawConn
	step  func(fd uintptr) (done bool) // d.once, bound once for all
	serve func() (done bool)
	fd    int // the socket while serve runs, else none
	// emptied says that the last read left room. The wait is then for what comes
	// next, and no longer than a glance.
	emptied bool
	failed  error // what serve could not be told
}

const none = -1

// direct gives c the direct way if it has a socket.
func (k *Keeper) direct(c net.Conn) (net.Conn, bool) {
	socket, ok := c.(syscall.Conn)
	if !ok {
		return nil, false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, false
	}
	d := &direct{conn: conn{Conn: c, keeper: k}, raw: raw, fd: none}
	d.step = d.once
	return d, true
}

// WhileReadable calls serve now, and again whenever something has arrived, until
// it says that it is done. Within serve, TryRead does not wait, and Write waits
// only for a client that does not take its answer. Hot path: 0 allocs.
func (d *direct) WhileReadable(serve func() (done bool)) error {
	d.serve, d.emptied, d.failed = serve, false, nil
	for {
		if err := d.awaitClient(d.keeper.options.Idle); err != nil {
			return err
		}
		err := d.raw.Read(d.step)
		if d.failed != nil {
			return d.failed
		}
		if !d.emptied || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		d.emptied = false // look, and then wait as long as anybody may
	}
}

func (d *direct) once(fd uintptr) (done bool) {
	d.fd, d.emptied = int(fd), false
	done = d.serve()
	d.fd = none
	if done {
		d.emptied = false
		return true
	}
	wait := d.keeper.options.Idle
	if d.emptied {
		wait = min(wait, glance)
	}
	d.failed = d.awaitClient(wait)
	return d.failed != nil
}

// TryRead reads what has arrived; 0 without an error means nothing. The first
// request's read is not trusted to have seen all: a client that asks once may
// have ended its direction with it.
func (d *direct) TryRead(p []byte) (int, error) {
	if d.emptied {
		return 0, nil
	}
	for {
		n, err := receive(d.fd, p)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return 0, nil
		case err != 0:
			return 0, os.NewSyscallError("read", err)
		case n == 0:
			return 0, io.EOF
		}
		d.emptied = d.asked && n < len(p)
		d.begun = true
		return n, nil
	}
}

// Write keeps the deadline for what the client takes, if it does not take it at
// once. Hot path: 0 allocs.
func (d *direct) Write(p []byte) (int, error) {
	if d.fd == none {
		return d.conn.Write(p)
	}
	n, _ := send(d.fd, p) // an error stays, for the write that waits
	if n == len(p) {
		d.answered()
		return n, nil
	}
	n = max(n, 0)
	rest, err := d.conn.Write(p[n:])
	return n + rest, err
}
