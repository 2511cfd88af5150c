package larder_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/larder"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// stocked is a larder on disk with links 0 to n-1, and what was known of them.
func stocked(t testing.TB, n int) larder.Options {
	t.Helper()
	o := options(t.TempDir())
	l, end := open(t, o)
	for i := range n {
		l.Keep(version(i, 3), l.Epoch(), 100)
	}
	l.Confirm(200)
	l.SetDomains([]*wire.Domain{{Name: "a.example"}, {Name: "b.example"}, {Name: "c.example"}})
	end()
	return o
}

// survivors opens the larder and counts the links that are whole; anything else
// than a link as it was is an error.
func survivors(t *testing.T, o larder.Options, n int) (whole, confirmed, domains int) {
	t.Helper()
	l, end := open(t, o)
	defer end()
	for i := range n {
		found, known, ok := l.Look(key(i))
		if !ok {
			continue
		}
		if found != *version(i, 3) {
			t.Errorf("link %d came back as %+v", i, found)
		}
		if whole++; known == 200 {
			confirmed++
		}
	}
	return whole, confirmed, len(l.Domains())
}

// links is the file of pages.
func links(t testing.TB, o larder.Options) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(o.Dir, "links.*"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	return found[0]
}

// edit changes a file's bytes.
func edit(t *testing.T, name string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// F10: damage loses what it hits and nothing else.
func TestF10Damage(t *testing.T) {
	const n = 2000 // about half a megabyte, in 64 pages
	flip := func(b []byte, at int) []byte { b[at] ^= 0x10; return b }
	for name, c := range map[string]struct {
		damage    func(*testing.T, larder.Options)
		lost      int // at most
		doubtful  int // not confirmed any more, at most
		noDomains int // at most
	}{
		"none": {damage: func(*testing.T, larder.Options) {}},
		"one bit in the links": {lost: 1, damage: func(t *testing.T, o larder.Options) {
			edit(t, links(t, o), func(b []byte) []byte { return flip(b, 40) })
		}},
		"one bit in each of ten records": {lost: 20, damage: func(t *testing.T, o larder.Options) {
			edit(t, links(t, o), func(b []byte) []byte {
				for i := range 10 {
					b = flip(b, i*5*16<<10+rand.IntN(2000))
				}
				return b
			})
		}},
		"a block of zeros": {lost: 40, damage: func(t *testing.T, o larder.Options) {
			edit(t, links(t, o), func(b []byte) []byte { clear(b[:4096]); return b })
		}},
		"a page of noise": {lost: 60, damage: func(t *testing.T, o larder.Options) {
			edit(t, links(t, o), func(b []byte) []byte {
				for i := range 16 << 10 {
					b[i] = byte(rand.Uint32())
				}
				return b
			})
		}},
		"cut to half": {lost: 1150, damage: func(t *testing.T, o larder.Options) {
			edit(t, links(t, o), func(b []byte) []byte { return b[:len(b)/2] })
		}},
		"emptied": {lost: n, damage: func(t *testing.T, o larder.Options) {
			edit(t, links(t, o), func(b []byte) []byte { return nil })
		}},
		"the notes are gone": {doubtful: n, damage: func(t *testing.T, o larder.Options) {
			for _, name := range []string{"notes.0", "notes.1"} {
				_ = os.Remove(filepath.Join(o.Dir, name))
			}
		}},
		"one bit in the newest notes": {doubtful: n, damage: func(t *testing.T, o larder.Options) {
			edit(t, filepath.Join(o.Dir, "notes.1"), func(b []byte) []byte { return flip(b, len(b)/2) })
		}},
		"one bit in the domains": {noDomains: 1, damage: func(t *testing.T, o larder.Options) {
			edit(t, filepath.Join(o.Dir, "domains"), func(b []byte) []byte { return flip(b, len(b)/2) })
		}},
		"the domains are cut short": {noDomains: 1, damage: func(t *testing.T, o larder.Options) {
			edit(t, filepath.Join(o.Dir, "domains"), func(b []byte) []byte { return b[:len(b)-5] })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := stocked(t, n)
			c.damage(t, o)
			whole, confirmed, domains := survivors(t, o, n)
			if whole < n-c.lost || whole == n && c.lost > 0 {
				t.Errorf("%d of %d links survived, want between %d and all but one", whole, n, n-c.lost)
			}
			if confirmed < whole-c.doubtful {
				t.Errorf("%d of %d survivors are confirmed", confirmed, whole)
			}
			if domains < 3-c.noDomains || domains == 3 && c.noDomains > 0 {
				t.Errorf("%d of 3 domains survived", domains)
			}
		})
	}
}

// A damaged page is whole again once something was written to it, and serves.
func TestDamagedPageHeals(t *testing.T) {
	const n = 2000
	o := stocked(t, n)
	edit(t, links(t, o), func(b []byte) []byte {
		for i := range b {
			if i%100 == 0 {
				b[i] ^= 1
			}
		}
		return b
	})
	l, end := open(t, o)
	for i := range n {
		l.Keep(version(i, 3), l.Epoch(), 100)
	}
	l.Confirm(200)
	end()
	if whole, confirmed, _ := survivors(t, o, n); whole != n || confirmed != n {
		t.Errorf("%d of %d links are back, %d confirmed", whole, n, confirmed)
	}
}
