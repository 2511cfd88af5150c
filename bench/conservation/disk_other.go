//go:build !linux

package conservation

import "errors"

// SmallDisk is for Linux.
func SmallDisk(string, int64) (release func(), err error) {
	return nil, errors.New("mounting a disk: not on this system")
}
