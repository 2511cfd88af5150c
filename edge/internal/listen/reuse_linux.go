package listen

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// shareable lets a socket share its port, before it is bound.
func shareable(_, _ string, raw syscall.RawConn) error {
	return control(raw, func(fd int) error {
		return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	})
}

// second is a program in the kernel's classic packet filter: "return 1", which
// chooses the second of the sockets (socket(7), SO_ATTACH_REUSEPORT_CBPF). A
// number without a socket means the kernel's own choice.
var second = []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 1}}

func steer(l *net.TCPListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	return control(raw, func(fd int) error {
		return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_REUSEPORT_CBPF,
			&unix.SockFprog{Len: uint16(len(second)), Filter: &second[0]})
	})
}

func control(raw syscall.RawConn, set func(fd int) error) error {
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = set(int(fd)) }); err != nil {
		return err
	}
	return failed
}
