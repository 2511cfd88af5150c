package spool_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
)

// recovered takes up a folder as the next start does, and books what it finds.
func recovered(t *testing.T, o spool.Options, data string, l *ledger) {
	t.Helper()
	o.Data, o.Flush = data, nil
	s := open(t, o)
	drain(t, s, l)
	closed(t, s)
	if left := segments(t, data); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// F2: the process is killed before or after any step. The folder is copied there,
// as it would be left, and taken up again: together with what was booked before,
// each click that was recorded by then is booked once.
func TestF2KilledAtEachStep(t *testing.T) {
	o := small(t.TempDir())
	l, recorded := newLedger(), 0
	crash := func(step string, l *ledger) {
		t.Helper()
		l = l.clone()
		recovered(t, o, snapshot(t, o.Data), l)
		if err := l.holds(recorded); err != nil {
			t.Fatalf("killed %s, after %d clicks: %v", step, recorded, err)
		}
	}
	var syncing func()
	o.Flush = func([]byte) error {
		if syncing != nil {
			syncing()
		}
		return nil
	}
	s := open(t, o)
	defer closed(t, s)
	c := s.Cursor("ship")
	for round := range 8 {
		for range 1 + 7*round {
			add(t, s, click(recorded))
			recorded++
		}
		crash("when clicks were recorded", l)
		syncing = func() { syncing = nil; crash("while records were synced", l) }
		b, codes, ok := next(t, c, 5+6*round)
		if !ok {
			t.Fatal("no batch")
		}
		crash("before the batch was sent", l)
		conflict := l.book(b, codes)
		crash("when the batch was booked, and nobody knew", l)
		if err := c.Done(); err != nil || conflict {
			t.Fatal(err, conflict)
		}
		crash("when the batch was done with", l)
	}
	s.End()
	crash("when the epoch had ended", l)
}

// F2: of a record that was half written there is nothing, and of the others
// everything, wherever the writing ended.
func TestF2TornRecord(t *testing.T) {
	o := small(t.TempDir())
	s := open(t, o)
	const whole = 3
	for i := range whole {
		for len(segments(t, o.Data)) == 0 || !s.Append(click(i)) {
		}
	}
	closed(t, s)
	for _, name := range segments(t, o.Data)[:1] {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		end := recordsEnd(text)
		torn := append([]byte(nil), text[:end]...) // another record, from its second word on
		for n := 4; n < min(end, 80); n += 3 {
			copied := snapshot(t, o.Data)
			page := slices.Clone(text)
			copy(page[end+4:], torn[4:n])
			if err := os.WriteFile(filepath.Join(copied, "spool", filepath.Base(filepath.Dir(name)), filepath.Base(name)), page, 0o600); err != nil {
				t.Fatal(err)
			}
			l := newLedger()
			recovered(t, o, copied, l)
			if err := l.holds(whole); err != nil {
				t.Errorf("%s, %d bytes of a record: %v", filepath.Base(name), n, err)
			}
		}
	}
}

// recordsEnd is behind the last byte that is not zero, at a multiple of eight.
func recordsEnd(text []byte) int {
	end := len(text)
	for end > 0 && text[end-1] == 0 {
		end--
	}
	return (end + 7) &^ 7
}

// F2: notes that were half written do not matter: the ones before are there.
func TestF2TornNotes(t *testing.T) {
	o := small(t.TempDir())
	s := open(t, o)
	l, c := newLedger(), s.Cursor("ship")
	var before []byte
	var name string
	for i := range 3 {
		add(t, s, click(i))
		name, before = notesOf(t, o.Data)
		b, codes, _ := next(t, c, 10)
		l.book(b, codes)
		if i < 2 {
			_ = c.Done()
		}
	}
	closed(t, s)
	_, after := notesOf(t, o.Data)
	first := 0
	for before[first] == after[first] {
		first++
	}
	for n := first; n < first+400; n += 7 {
		copied := snapshot(t, o.Data)
		torn := append(slices.Clone(after[:n]), before[n:]...)
		if err := os.WriteFile(filepath.Join(copied, "spool", filepath.Base(filepath.Dir(name)), filepath.Base(name)), torn, 0o600); err != nil {
			t.Fatal(err)
		}
		known := l.clone()
		// The third batch went out under these notes, or was not made yet.
		if n < len(after) && !slices.Equal(torn, after) {
			known = unbooked(l, "code2", 3)
		}
		recovered(t, o, copied, known)
		if err := known.holds(3); err != nil {
			t.Errorf("%d bytes of the new notes: %v", n, err)
		}
	}
}

func notesOf(t *testing.T, data string) (name string, text []byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "spool", "*", "ship.cursor"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	if text, err = os.ReadFile(names[0]); err != nil {
		t.Fatal(err)
	}
	return names[0], text
}

// unbooked is the ledger before a batch of one click.
func unbooked(l *ledger, code string, sequence int) *ledger {
	l = l.clone()
	delete(l.booked, code)
	for number := range l.digests {
		var epoch uint64
		var n int
		if _, err := fmt.Sscan(number, &epoch, &n); err == nil && n == sequence {
			delete(l.digests, number)
		}
	}
	return l
}

// The records are on disk before the notes that tell of them: after a power
// failure a batch would not be the same otherwise.
func TestRecordsAreSyncedBeforeNotes(t *testing.T) {
	o := small(t.TempDir())
	flushed := 0
	var before []byte
	o.Flush = func([]byte) error {
		flushed++
		if _, now := notesOf(t, o.Data); before != nil && !slices.Equal(before, now) {
			t.Error("the notes were written first")
		}
		return nil
	}
	s := open(t, o)
	defer closed(t, s)
	add(t, s, click(1))
	_, before = notesOf(t, o.Data)
	next(t, s.Cursor("ship"), 10)
	if _, after := notesOf(t, o.Data); flushed == 0 || slices.Equal(before, after) {
		t.Errorf("flushed %d times; notes written: %v", flushed, !slices.Equal(before, after))
	}
	before = nil
}

// What cannot be synced is not synced again, not written to, and shipped.
func TestF11SyncError(t *testing.T) {
	o := small(t.TempDir())
	o.Cursors = []string{"ship", "idle"} // so that the segments stay
	var broken []string                  // how segments begin that failed: texts, and a click of its own
	fail := true
	o.Flush = func(mapping []byte) error {
		if slices.Contains(broken, string(mapping[:150])) {
			t.Error("a segment that failed is synced again")
		}
		if fail {
			broken = append(broken, string(mapping[:150]))
			return errors.New("the disk is broken")
		}
		return nil
	}
	s := open(t, o)
	defer closed(t, s)
	l, c := newLedger(), s.Cursor("ship")
	const clicks = 40
	for i := range clicks {
		add(t, s, click(i))
		b, codes, _ := next(t, c, 100)
		l.book(b, codes)
		if err := c.Done(); err != nil {
			t.Fatal(err)
		}
		fail = i < 4
	}
	if got := s.SyncErrors(); got != 5 {
		t.Errorf("%d errors are counted", got)
	}
	drain(t, s, l)
	if err := l.holds(clicks); err != nil {
		t.Error(err)
	}
}
