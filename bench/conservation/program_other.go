//go:build !linux

package conservation

import "syscall"

// attributes are none: a run that is killed leaves its processes behind.
func attributes() *syscall.SysProcAttr { return nil }
