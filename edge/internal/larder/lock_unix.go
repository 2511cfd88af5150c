//go:build unix

package larder

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lock makes this process the only one that writes to the larder, for as long as
// it lives or until unlock.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the larder's lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("locking the larder: %w", err)
	}
	return func() { f.Close() }, nil
}
