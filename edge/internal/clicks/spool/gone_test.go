package spool_test

import (
	"os"
	"path/filepath"
	"testing"
)

// F2: what a crash left of an epoch that was being removed is removed, and not
// shipped anew without its notes.
func TestF2KilledWhileRemoving(t *testing.T) {
	o := small(t.TempDir())
	half := filepath.Join(o.Data, "spool", "7.gone")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "0-1"), make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, o)
	defer closed(t, s)
	if _, ok, err := s.Cursor("ship").Next(nil); ok || err != nil {
		t.Errorf("a batch of it: %t, %v", ok, err)
	}
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}
