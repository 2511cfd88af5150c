//go:build !linux

package main

import "errors"

type profileCommand struct{}

// Run says that there is no profile here.
func (*profileCommand) Run() error { return errors.New("profile runs on Linux only") }
