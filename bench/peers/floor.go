//go:build linux

package peers

import (
	"fmt"
	"net"
	"runtime"
	"syscall"
)

// answer is the floor's, as long as a usual redirect. Never written to.
var answer = []byte("HTTP/1.1 302 Found\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\nContent-Length: 0\r\n" +
	"Location: https://www.example.org/a/page/of/usual/length\r\nCache-Control: private, max-age=0\r\n\r\n")

// Floor answers every read on addr with the same bytes: one wait, one read and
// one write for each request, as little as a server can ask of the kernel. It
// ends with the process.
func Floor(addr string) error {
	runtime.LockOSThread()
	l, err := net.Listen("tcp4", addr)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		return fmt.Errorf("taking the socket: %w", err)
	}
	listener := int(f.Fd()) // blocking from here on; it is asked only when ready
	poll, err := syscall.EpollCreate1(0)
	if err != nil {
		return fmt.Errorf("making a poll: %w", err)
	}
	watch := func(fd int) error {
		return syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
	}
	if err := watch(listener); err != nil {
		return fmt.Errorf("watching the port: %w", err)
	}
	events, buf := make([]syscall.EpollEvent, 256), make([]byte, 4096)
	for {
		n, err := syscall.EpollWait(poll, events, -1)
		if err != nil && err != syscall.EINTR {
			return fmt.Errorf("waiting: %w", err)
		}
		for _, e := range events[:max(n, 0)] {
			if fd := int(e.Fd); fd != listener {
				serve(fd, buf)
			} else if conn, _, err := syscall.Accept(listener); err == nil {
				_ = syscall.SetsockoptInt(conn, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
				_ = watch(conn) // a connection lost here is one that wrk reports
			}
		}
	}
}

func serve(fd int, buf []byte) {
	if n, err := syscall.Read(fd, buf); n <= 0 || err != nil {
		_ = syscall.Close(fd)
		return
	}
	_, _ = syscall.Write(fd, answer) // who does not take it will not ask again
}
