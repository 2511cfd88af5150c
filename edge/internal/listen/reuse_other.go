//go:build !linux

package listen

import (
	"errors"
	"net"
	"syscall"
)

var errShare = errors.New("sharing a port with another process works on Linux only")

func shareable(_, _ string, _ syscall.RawConn) error { return errShare }

func steer(*net.TCPListener) error { return errShare }
