//go:build !linux

package process

import "syscall"

// attributes are none: only Linux ends children with their parent. Elsewhere a
// killed test process leaves its children behind.
func attributes() *syscall.SysProcAttr { return nil }
