package spool_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A folder is copied while it is in use, and both are shipped: the one that comes
// second is refused, set aside, and goes on in a new epoch. Nothing is counted
// twice.
func TestCopiedFolder(t *testing.T) {
	o := small(t.TempDir())
	s := open(t, o)
	defer closed(t, s)
	for i := range 10 {
		add(t, s, click(i))
	}
	other := o
	other.Data = snapshot(t, o.Data)
	add(t, s, click(10)) // the original goes on
	l, c := newLedger(), s.Cursor("ship")
	b, codes, _ := next(t, c, 100)
	if l.book(b, codes) {
		t.Fatal("the original is refused")
	}
	if err := c.Done(); err != nil {
		t.Fatal(err)
	}
	twin := open(t, other)
	defer closed(t, twin)
	b, codes, _ = next(t, twin.Cursor("ship"), 100)
	if len(codes) != 10 || !l.book(b, codes) {
		t.Fatalf("the copy's batch of %d clicks is not refused", len(codes))
	}
	if err := twin.Cursor("ship").SetAside(); err != nil {
		t.Error(err)
	}
	add(t, twin, click(11))
	drain(t, twin, l)
	if err := l.holds(12); err != nil {
		t.Error(err)
	}
	if aside := filepath.Join(other.Data, "spool", fmt.Sprint("conflict-", b.Epoch)); !exists(aside) {
		t.Errorf("%s is missing; there is %v", aside, epochs(t, other.Data))
	}
}

// The current epoch is set aside, too; recording goes on at once.
func TestCurrentEpochAside(t *testing.T) {
	for name, bytes := range map[string]int64{"on disk": 8 << 20, "in memory": -1} {
		t.Run(name, func(t *testing.T) {
			o := small(t.TempDir())
			o.Bytes = bytes
			s := open(t, o)
			defer closed(t, s)
			add(t, s, click(100))
			first, _, _ := next(t, s.Cursor("ship"), 1)
			if err := s.Cursor("ship").SetAside(); err != nil {
				t.Fatal(err)
			}
			l := newLedger()
			for i := range 300 {
				add(t, s, click(i))
			}
			b, codes, _ := next(t, s.Cursor("ship"), 1000)
			if b.Epoch <= first.Epoch || b.Epoch != s.Boot() || b.Sequence != 1 || l.book(b, codes) {
				t.Errorf("after %+v came %+v", first, b)
			}
			_ = s.Cursor("ship").Done()
			drain(t, s, l)
			if err := l.holds(300); err != nil {
				t.Error(err)
			}
		})
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// What an earlier process left is read beside the new, under its own number, and
// says nothing of up to when all is there.
func TestEpochsBeside(t *testing.T) {
	o := small(t.TempDir())
	s := open(t, o)
	for i := range 100 {
		add(t, s, click(i))
	}
	closed(t, s)
	s = open(t, o)
	defer closed(t, s)
	l, c := newLedger(), s.Cursor("ship")
	order := map[uint64]int{}
	for i := range 6 {
		add(t, s, click(100+i))
		b, codes, ok := next(t, c, 10)
		if !ok || l.book(b, codes) || c.Done() != nil {
			t.Fatal(b, ok)
		}
		if b.Until != 0 {
			t.Errorf("all before %d is said to be there", b.Until)
		}
		order[b.Epoch]++
	}
	if order[s.Boot()] != 3 {
		t.Errorf("batches by epoch: %v, want as many of each", order)
	}
	drain(t, s, l)
	if err := l.holds(106); err != nil {
		t.Error(err)
	}
}

// F16: an epoch's number rises, whatever the clock does; it says up to when all is
// there.
func TestF16Numbers(t *testing.T) {
	o := small(t.TempDir())
	clock := time.UnixMilli(1_000_000)
	o.Now = func() time.Time { return clock }
	var numbers []uint64
	for _, step := range []time.Duration{0, 0, -time.Hour, 2 * time.Hour, -1e6 * time.Hour} {
		clock = clock.Add(step)
		s := open(t, o)
		numbers = append(numbers, s.Boot())
		add(t, s, click(1))
		b, _, ok := next(t, s.Cursor("ship"), 100)
		_ = s.Cursor("ship").Done()
		if ok && len(numbers) == 1 && b.Until != clock.UnixMilli() {
			t.Errorf("all is there up to %d, want %d", b.Until, clock.UnixMilli())
		}
		closed(t, s)
	}
	for i := range numbers[1:] {
		if numbers[i+1] <= numbers[i] {
			t.Errorf("epochs %v do not rise", numbers)
		}
	}
	if numbers[0] != 1_000_000 || numbers[3] != 1_000_000+3_600_000 {
		t.Errorf("epochs %v are not the time where that rises", numbers)
	}
}

// A record that was damaged is skipped and counted; where the next one begins is
// not known, so is the rest of its segment. The others are there.
func TestDamage(t *testing.T) {
	for name, c := range map[string]struct {
		hurt func(page []byte, at int)
		lost func(behind int) int // how many of the records there and behind
	}{
		"a bit":    {func(page []byte, at int) { page[at+40] ^= 4 }, func(int) int { return 1 }},
		"checksum": {func(page []byte, at int) { page[at+4]++ }, func(int) int { return 1 }},
		"format":   {func(page []byte, at int) { page[at+20]++ }, func(int) int { return 1 }},
		"length":   {func(page []byte, at int) { page[at+2]++ }, func(behind int) int { return behind }},
	} {
		t.Run(name, func(t *testing.T) {
			o := small(t.TempDir())
			s := open(t, o)
			const clicks = 40
			for i := range clicks {
				add(t, s, click(i))
			}
			closed(t, s)
			lost := 0
			for _, file := range segments(t, o.Data)[:2] {
				page, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				places := clicksIn(page)
				if len(places) < 3 {
					continue
				}
				c.hurt(page, places[1])
				lost += c.lost(len(places) - 1)
				if err := os.WriteFile(file, page, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s = open(t, o)
			defer closed(t, s)
			l := newLedger()
			drain(t, s, l)
			if len(l.booked) != clicks-lost || s.Damaged() == 0 {
				t.Errorf("%d clicks are there, want %d; %d places are counted", len(l.booked), clicks-lost, s.Damaged())
			}
		})
	}
}

// clicksIn tells where the clicks of a page begin.
func clicksIn(page []byte) (places []int) {
	for at := 0; at+4 <= len(page); {
		length := int(binary.NativeEndian.Uint32(page[at:]))
		if length == 0 {
			break
		}
		if page[at+20] != 3 { // a text
			places = append(places, at)
		}
		at += (length + 7) &^ 7
	}
	return places
}
