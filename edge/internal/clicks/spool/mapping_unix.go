//go:build unix

package spool

import (
	"fmt"
	"os"
	"path/filepath"

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

// lock makes this process the only one that uses the folder, for as long as it
// lives or until unlock.
func lock(dir string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the spool's lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("locking the spool, which another process may have: %w", err)
	}
	return f.Close, nil
}
