//go:build !linux

package loop

import "runtime"

// Yield lets others run; loops are not among them.
func Yield() { runtime.Gosched() }
