package spool_test

import (
	"os"
	"sync"
	"syscall"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
)

// disk is one that can be full.
type disk struct {
	mu   sync.Mutex
	full bool
}

func (d *disk) fill(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

func (d *disk) allocate(f *os.File, size int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		return syscall.ENOSPC
	}
	return f.Truncate(int64(size))
}

// F11: no room. Appends fail, exactly as many as are not there afterwards, and
// work again when there is room.
func TestF11NoRoom(t *testing.T) {
	for name, c := range map[string]struct {
		begin, fill, mend func(*spool.Options, *disk)
	}{
		"the disk fills up": {
			begin: func(*spool.Options, *disk) {},
			fill:  func(_ *spool.Options, d *disk) { d.fill(true) },
			mend:  func(_ *spool.Options, d *disk) { d.fill(false) },
		},
		"the disk is full at the start": {
			begin: func(_ *spool.Options, d *disk) { d.fill(true) },
			fill:  func(*spool.Options, *disk) {},
			mend:  func(_ *spool.Options, d *disk) { d.fill(false) },
		},
		"the bound is reached": {
			begin: func(o *spool.Options, _ *disk) { o.Bytes = 32 * int64(o.Segment) },
			fill:  func(*spool.Options, *disk) {},
			mend:  func(*spool.Options, *disk) {},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, d := small(t.TempDir()), new(disk)
			o.Allocate, o.Sync = d.allocate, 1e6
			c.begin(&o, d)
			s := open(t, o)
			defer closed(t, s)
			l, kept, lost := newLedger(), 0, 0
			flood := func(until int) {
				for lost < until {
					if s.Append(click(kept)) {
						kept++
					} else {
						lost++
					}
				}
			}
			add20 := func() {
				for range 20 {
					add(t, s, click(kept))
					kept++
				}
			}
			if !d.full {
				add20()
			}
			c.fill(&o, d)
			flood(1000)
			c.mend(&o, d)
			for c := s.Cursor("ship"); ; {
				b, codes, ok := next(t, c, 100_000)
				if !ok {
					break
				}
				l.book(b, codes)
				if err := c.Done(); err != nil {
					t.Fatal(err)
				}
			}
			add20()
			drain(t, s, l)
			if err := l.holds(kept); err != nil {
				t.Errorf("%d lost: %v", lost, err)
			}
		})
	}
}

// F11 on a real disk of a megabyte, for those who may mount one.
func TestF11SmallDisk(t *testing.T) {
	data, full := smallDisk(t)
	o := small(data)
	o.Allocate, o.Bytes = nil, 1<<30
	s := open(t, o)
	l, kept := newLedger(), 0
	for lost := false; !lost || !full(); {
		if lost = !s.Append(click(kept)); !lost {
			kept++
		}
	}
	closed(t, s)
	s = open(t, o) // though nothing more fits
	drain(t, s, l)
	closed(t, s)
	s = open(t, o)
	defer closed(t, s)
	add(t, s, click(kept))
	kept++
	drain(t, s, l)
	if err := l.holds(kept); err != nil || kept < 1000 {
		t.Errorf("of %d: %v", kept, err)
	}
}
