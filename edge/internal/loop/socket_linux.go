package loop

import (
	"io"
	"net/netip"
	"os"
	"syscall"
	"unsafe"
)

// edges has an epoll tell of what arrives, not of what is there. (The constant of
// syscall is negative.)
const edges = 1 << 31

// What these system calls do never waits, so the runtime need not hear of them:
// telling it costs time, and has it look after the thread that may be stuck.

// receive reads what has arrived; 0 without an error means nothing.
func receive(fd int, p []byte) (int, error) {
	n, err := raw(syscall.SYS_RECVFROM, fd, unsafe.Pointer(unsafe.SliceData(p)), len(p), syscall.MSG_DONTWAIT)
	switch {
	case err == syscall.EAGAIN:
		return 0, nil
	case err != 0:
		return 0, os.NewSyscallError("recv", err)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// send writes what there is room for.
func send(fd int, p []byte) (int, error) {
	n, err := raw(syscall.SYS_SENDTO, fd, unsafe.Pointer(unsafe.SliceData(p)), len(p), syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL)
	switch {
	case err == syscall.EAGAIN:
		return 0, nil
	case err != 0:
		return 0, os.NewSyscallError("send", err)
	}
	return n, nil
}

// arrived asks an epoll which of its files have something to tell, and how many
// they are: none as well if the epoll cannot say.
func arrived(poll int, events []syscall.EpollEvent) int {
	n, _ := raw(syscall.SYS_EPOLL_PWAIT, poll, unsafe.Pointer(unsafe.SliceData(events)), len(events), 0)
	return n
}

func raw(call uintptr, fd int, p unsafe.Pointer, n int, flags uintptr) (int, syscall.Errno) {
	for {
		got, _, err := syscall.RawSyscall6(call, uintptr(fd), uintptr(p), uintptr(n), flags, 0, 0)
		switch {
		case err == syscall.EINTR:
		case err != 0:
			return 0, err
		default:
			return int(got), 0
		}
	}
}

// address is that of a TCP socket's end.
func address(s syscall.Sockaddr) netip.AddrPort {
	switch s := s.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(s.Addr), uint16(s.Port))
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(s.Addr).Unmap(), uint16(s.Port))
	}
	return netip.AddrPort{}
}
