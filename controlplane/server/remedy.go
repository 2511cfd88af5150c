package server

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"syscall"
)

// listenRemedy says which part cannot listen where, and which flag to change.
func listenRemedy(part, flag, address string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s cannot listen on %s, which is taken by another program: stop that one or change %s", part, address, flag)
	}
	return fmt.Errorf("%s cannot listen on %s (%w): change %s", part, address, err, flag)
}

// databaseRemedy says which database does not answer, in one line and without
// its password.
func databaseRemedy(address string, err error) error {
	if err == nil {
		return nil
	}
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return fmt.Errorf("database file %s cannot be used: %s; check --database-url", path, cause(err))
	}
	host := "its address"
	if parsed, parseErr := url.Parse(address); parseErr == nil && parsed.Host != "" {
		host = parsed.Host
	}
	return fmt.Errorf("database unreachable at %s (%s): is it running? check --database-url", host, cause(err))
}

// cause is the short reason within a driver's long story, which repeats the
// address for every attempt.
func cause(err error) string {
	var system syscall.Errno
	switch {
	case errors.As(err, &system):
		return system.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}
