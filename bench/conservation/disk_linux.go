package conservation

import (
	"fmt"
	"os"
	"syscall"
)

// SmallDisk makes a folder that is a disk of its own, in memory, for Options.Disk.
// It takes root's rights. release ends it.
func SmallDisk(folder string, bytes int64) (release func(), err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("making a folder: %w", err)
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		return nil, fmt.Errorf("mounting a disk: %w", err)
	}
	return func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) }, nil
}
