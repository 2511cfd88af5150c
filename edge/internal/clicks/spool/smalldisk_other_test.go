//go:build !linux

package spool_test

import "testing"

func smallDisk(t *testing.T) (dir string, full func() bool) {
	t.Skip("there is no small disk here")
	return "", nil
}
