//go:build !linux

package program

import "syscall"

// attributes are none: a bench that is killed leaves its processes behind.
func attributes() *syscall.SysProcAttr { return nil }
