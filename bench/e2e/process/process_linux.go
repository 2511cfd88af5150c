package process

import "syscall"

// attributes have the kernel kill the child when the thread that started it
// dies, that is, at the latest with the test process. Go ends threads only when
// a goroutine exits that is locked to one; tests that do so must not start
// children from it.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
