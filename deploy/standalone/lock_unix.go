//go:build unix

package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// errInUse: the data belong to another process.
var errInUse = errors.New("another process runs on it")

// lock makes this process the only one on a data folder, for as long as it lives or
// until unlock. Without it, etcd would wait for the other one, and hear no signal.
func lock(data string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		f.Close()
		return nil, errInUse
	case err != nil:
		f.Close()
		return nil, err
	}
	return f.Close, nil
}
