//go:build !linux

package spool_test

import "testing"

func smallDisk(t *testing.T) (dir string) {
	t.Skip("there is no small disk here")
	return ""
}
