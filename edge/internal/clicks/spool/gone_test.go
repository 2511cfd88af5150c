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

// F2: the process is killed while it removes an epoch that was shipped, when the
// notes are gone and clicks are not: none of it is shipped again.
func TestF2KilledAmidRemoval(t *testing.T) {
	o, l, crashes := small(t.TempDir()), newLedger(), 0
	usual := o
	o.Remove = func(dir string) error {
		crashes++
		if err := os.Remove(filepath.Join(dir, "ship.cursor")); err != nil {
			t.Error(err)
		}
		recovered(t, usual, snapshot(t, o.Data), l.clone())
		return os.RemoveAll(dir)
	}
	s := open(t, o)
	defer closed(t, s)
	const clicks = 20
	for i := range clicks {
		add(t, s, click(i))
		if i == 2 { // a batch that nobody would choose again
			b, codes, _ := next(t, s.Cursor("ship"), clicks)
			if l.book(b, codes) || s.Cursor("ship").Done() != nil {
				t.Fatal(b)
			}
		}
	}
	drain(t, s, l)
	if err := l.holds(clicks); err != nil || crashes != 1 {
		t.Errorf("%v; killed %d times", err, crashes)
	}
}
