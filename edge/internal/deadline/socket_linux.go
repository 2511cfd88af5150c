package deadline

import (
	"syscall"
	"unsafe"
)

// receive reads what has arrived. It never waits, so the runtime need not hear of
// it: telling it costs time, and has it look after the thread that may be stuck.
func receive(fd int, p []byte) (n int, err syscall.Errno) {
	return transfer(syscall.SYS_RECVFROM, fd, p, syscall.MSG_DONTWAIT)
}

// send writes what there is room for, like receive.
func send(fd int, p []byte) (n int, err syscall.Errno) {
	return transfer(syscall.SYS_SENDTO, fd, p, syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL)
}

func transfer(call uintptr, fd int, p []byte, flags uintptr) (n int, err syscall.Errno) {
	got, _, err := syscall.RawSyscall6(call, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), flags, 0, 0)
	if err != 0 {
		return 0, err
	}
	return int(got), 0
}
