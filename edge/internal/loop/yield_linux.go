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
// something that it has just put there, and lets go first who was found with it.
func Yield() {
	defer runtime.Gosched()
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return // no file is to be had
	}
	there := os.NewFile(uintptr(fd), "there")
	defer there.Close()
	if raw, err := there.SyscallConn(); err == nil {
		asked := false
		_ = raw.Read(func(fd uintptr) bool {
			if asked {
				return true
			}
			// Only now: what was there before the wait began would not be told again.
			_, err := unix.Write(int(fd), []byte{1, 0, 0, 0, 0, 0, 0, 0})
			asked = true
			return err != nil
		})
	}
}
