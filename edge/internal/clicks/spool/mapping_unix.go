//go:build unix

package spool

import (
	"os"

	"golang.org/x/sys/unix"
)

// fill writes the zeros, where their room cannot be had otherwise.
func fill(f *os.File, size int) error {
	_, err := f.WriteAt(make([]byte, size), 0)
	return err
}

// mapFile maps a file of that size; nil stands for memory alone.
func mapFile(f *os.File, size int) ([]byte, error) {
	if f == nil {
		return unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	}
	return unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func unmap(mapping []byte) error { return unix.Munmap(mapping) }

func flush(mapping []byte) error { return unix.Msync(mapping, unix.MS_SYNC) }
