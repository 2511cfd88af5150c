//go:build !linux

package main

import "errors"

type compareCommand struct{}

// Run says that there is no comparison here.
func (*compareCommand) Run() error { return errors.New("compare runs on Linux only") }

type floorCommand struct{}

// Run says that there is no floor here.
func (*floorCommand) Run() error { return errors.New("floor runs on Linux only") }

type scaleCommand struct{}

// Run says that there are no two stores here.
func (*scaleCommand) Run() error { return errors.New("scale runs on Linux only") }
