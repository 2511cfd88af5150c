//go:build unix && !linux

package spool

import "os"

func allocate(f *os.File, size int) error { return fill(f, size) }

func prefault([]byte) {}
