package larder

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/fingerpost/fingerpost/sync/link"
)

func sample(n int, version uint64) record {
	return record{link: link.Link{
		Key: link.Key{Domain: "a.example", Code: fmt.Sprint("code", n)}, Version: version,
		Status: link.Active, Redirect: 302, URL: "https://target.example/some/path/of/usual/length",
	}}
}

// E15: of pages that anything may have happened to comes a link as it was put in,
// or nothing.
func FuzzPage(f *testing.F) {
	page := make([]byte, pageSize)
	var records [][]byte
	for n := range 60 {
		r := sample(n, 3)
		records = append(records, encode(&r, hashOf(r.link.Key)))
	}
	fill(page, records)
	f.Add(page[:200], uint16(0))
	f.Add(page[:200], uint16(300))
	f.Add([]byte{0xf1, 0x9e, 0xff, 0xff}, uint16(200))
	f.Add([]byte{0xf1, 0x9e, 0x00, 0x00}, uint16(7))
	f.Fuzz(func(t *testing.T, noise []byte, at uint16) {
		damaged := append([]byte(nil), page...)
		hit := copy(damaged[min(int(at), len(damaged)):], noise)
		found, _ := scan(damaged)
		if least := 60 - 2 - hit/len(records[0]); len(found) < least {
			t.Errorf("%d bytes of damage left %d of 60 records", hit, len(found))
		}
		for _, raw := range found {
			r, ok := decode(raw)
			if !ok {
				continue // noise with a checksum of its own
			}
			if at, _ := find(found, r.link.Key, hashIn(raw)); at < 0 {
				t.Errorf("%s is there and not found", r.link.Key)
			}
		}
	})
}

// A full page gives up what memory does not hold, oldest first.
func TestFullPage(t *testing.T) {
	hot := func(k link.Key) bool { return k.Code < "code2" } // 0, 1, 10 to 19, 100 to 199
	var records [][]byte
	for n := range 200 {
		records = apply(records, operation{keep, sample(n, 1)})
	}
	rest, evicted := shrink(records, hot)
	if len(rest)+evicted != 200 || evicted == 0 {
		t.Fatalf("%d records left, %d evicted", len(rest), evicted)
	}
	page := make([]byte, pageSize)
	fill(page, rest)
	if again, damaged := scan(page); len(again) != len(rest) || damaged {
		t.Errorf("%d of %d records read back, damaged %v", len(again), len(rest), damaged)
	}
	held := func(n int) bool {
		k := sample(n, 1).link.Key
		at, _ := find(rest, k, hashOf(k))
		return at >= 0
	}
	for _, n := range []int{0, 1, 10, 100, 199} {
		if !held(n) {
			t.Errorf("link %d was hot and was given up", n)
		}
	}
	for _, n := range []int{2, 20} {
		if held(n) {
			t.Errorf("link %d, of the oldest, was kept", n)
		}
	}
}

// A link whose record no page can hold takes its older version with it.
func TestTooLong(t *testing.T) {
	long := sample(1, 2)
	for len(long.link.URL) < link.MaxURL {
		long.link.URL += "x"
	}
	records := apply(nil, operation{keep, sample(1, 1)})
	records = apply(records, operation{change, long})
	if len(records) != 1 {
		t.Fatal("the longest URL does not fit")
	}
	long.link.Version, long.link.ExpiredURL = 3, long.link.URL
	if records = apply(records, operation{change, long}); len(records) != 0 {
		t.Error("an older version is held in the place of one that does not fit")
	}
}

// E15: a line is read if its checksum is right, as it was written.
func FuzzChecked(f *testing.F) {
	for _, seed := range []string{"", " ", string(withSum(nil)), string(withSum([]byte(`{"saved":1}`))), "00000000 x\n", "0 "} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if text, ok := checked(line); ok && !bytes.Equal(bytes.TrimSuffix(withSum(text), []byte("\n")), bytes.TrimSuffix(line, []byte("\n"))) {
			t.Errorf("%q is read as %q", line, text)
		}
	})
}

// What is no record is damage, unless it is zeros alone, as a file's hole is.
func TestOnlyZerosAreNoDamage(t *testing.T) {
	for name, c := range map[string]struct {
		rest    []byte
		damaged bool
	}{
		"nothing":               {nil, false},
		"a zero":                {[]byte{0}, false},
		"zeros":                 {make([]byte, pageSize), false},
		"another byte, alone":   {[]byte{'x'}, true},
		"another byte, always":  {bytes.Repeat([]byte{'x'}, pageSize), true},
		"another byte at first": {append([]byte{'x'}, make([]byte, pageSize-1)...), true},
		"another byte at last":  {append(make([]byte, pageSize-1), 'x'), true},
	} {
		t.Run(name, func(t *testing.T) {
			if _, damaged := scan(c.rest); damaged != c.damaged {
				t.Errorf("damaged is %v, want %v", damaged, c.damaged)
			}
		})
	}
}
