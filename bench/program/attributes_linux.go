package program

import "syscall"

// attributes has no Pdeathsig: it is sent when the thread that started the program
// ends, which threads of a Go program do while the program goes on.
func attributes() *syscall.SysProcAttr { return nil }
