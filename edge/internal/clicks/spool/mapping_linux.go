package spool

import (
	"errors"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/fingerpost/fingerpost/edge/internal/loop"
)

// allocate reserves the blocks of a new file, so that a full disk shows here and
// not as a fault when the mapping is written to.
func allocate(f *os.File, size int) error {
	for {
		err := unix.Fallocate(int(f.Fd()), 0, 0, int64(size))
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EOPNOTSUPP):
			return fill(f, size)
		}
		return err
	}
}

// gulp is how much of a mapping is prepared by one call.
const gulp = 256 << 10

// prefault takes the page faults that the handlers would otherwise take. Kernels
// before 5.14 refuse, which does no harm. A call keeps its processor for as long as
// it takes, so handlers may have it in between.
func prefault(mapping []byte) {
	for piece := range slices.Chunk(mapping, gulp) {
		_ = unix.Madvise(piece, unix.MADV_POPULATE_WRITE)
		loop.Yield()
	}
}
