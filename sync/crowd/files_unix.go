//go:build unix

package crowd

import "syscall"

// OpenFiles is how many files this process may have open, 0 if that is not known.
// Go has raised the soft limit to the hard one.
func OpenFiles() uint64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return uint64(limit.Cur)
}
