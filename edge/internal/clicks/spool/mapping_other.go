//go:build !unix

package spool

import (
	"errors"
	"os"
)

var errMapping = errors.New("files cannot be mapped on this system; keep clicks in memory")

func allocate(*os.File, int) error { return errMapping }

func prefault([]byte) {}

// mapFile maps memory alone.
func mapFile(f *os.File, size int) ([]byte, error) {
	if f != nil {
		return nil, errMapping
	}
	return make([]byte, size), nil
}

func unmap([]byte) error { return nil }

func flush([]byte) error { return nil }
