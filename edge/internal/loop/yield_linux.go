package loop

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Yield lets loops serve what has arrived meanwhile. Whatever computes for more than
// a millisecond calls it in between. On one processor, the runtime looks at the network
// only when nobody wants to run, and who has slept enough wants to: neither
// runtime.Gosched nor a sleep would do. So the caller waits where loops wait, for
// something that is there already, and lets go first who was found with it.
func Yield() {
	defer runtime.Gosched()
	fd, err := unix.Eventfd(1, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return // no file is to be had
	}
	there := os.NewFile(uintptr(fd), "there")
	defer there.Close()
	if raw, err := there.SyscallConn(); err == nil {
		looked := false
		_ = raw.Read(func(uintptr) bool { defer func() { looked = true }(); return looked })
	}
}
