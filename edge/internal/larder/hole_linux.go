package larder

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// next is the first page from number on that may hold something, or the number of
// pages. A new larder is one hole, which takes half a second to read.
func (f *file) next(number int) int {
	at, err := f.f.Seek(int64(number)*pageSize, unix.SEEK_DATA)
	switch {
	case errors.Is(err, syscall.ENXIO):
		return f.pages
	case err != nil: // this filesystem does not tell
		return number
	}
	return int(at / pageSize)
}
