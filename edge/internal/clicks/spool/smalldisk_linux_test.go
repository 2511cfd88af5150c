package spool_test

import (
	"syscall"
	"testing"
)

// smallDisk mounts a disk of a megabyte; full tells whether it has no page left.
func smallDisk(t *testing.T) (dir string, full func() bool) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("mounting a small disk: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir, func() bool {
		var s syscall.Statfs_t
		if err := syscall.Statfs(dir, &s); err != nil {
			t.Fatal(err)
		}
		return s.Bavail == 0
	}
}
