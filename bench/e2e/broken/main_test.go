package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// A row whose line has changed breaks nothing any more, and would only be missed
// when all of them are tried, which takes long.
func TestLinesStand(t *testing.T) {
	for _, b := range breakages {
		source, err := os.ReadFile(filepath.Join("../../..", b.file))
		if err != nil {
			t.Errorf("%s: %v", b.promise, err)
			continue
		}
		if n := bytes.Count(source, []byte(b.old)); n != 1 {
			t.Errorf("%s: the line to break stands %d times in %s, want once", b.promise, n, b.file)
		}
	}
}
