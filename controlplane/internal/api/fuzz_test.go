package api

import (
	"slices"
	"strings"
	"testing"
)

// E15: If-Match takes every version only if it says so, and else those whose tags
// stand in it.
func FuzzMatch(f *testing.F) {
	for _, seed := range []string{"", " * ", `"1"`, `W/"1"`, `"1", "18446744073709551615",,`, `"01"`, `"-1"`, `"1`, "1", `"1""2"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		versions := match(header)
		if trimmed := strings.TrimSpace(header); (versions == nil) != (trimmed == "" || trimmed == "*") {
			t.Errorf("%q is read as %v", header, versions)
		}
		for _, v := range versions {
			if !strings.Contains(header, etag(v)) {
				t.Errorf("%q is read as version %d", header, v)
			}
		}
	})
}

// E15: a cursor is read only as it was written, and by the listing that wrote it.
func FuzzPlace(f *testing.F) {
	a := &api{Options: Options{CursorKey: make([]byte, 32)}}
	for _, p := range []place{{}, {at: 1, id: "x"}, {at: -1, id: strings.Repeat("ä", 100)}} {
		f.Add(*a.sealPlace(p, "keys"), "keys")
	}
	f.Add("", "")
	f.Add("AAAA", "users")
	f.Fuzz(func(t *testing.T, cursor, listing string) {
		p, err := a.openPlace(cursor, listing)
		if err == nil && cursor != "" && *a.sealPlace(p, listing) != cursor {
			t.Errorf("%q is read as %+v", cursor, p)
		}
	})
}

// E15: the key that is read stands in one of the two headers, and in both if both
// are there.
func FuzzCredential(f *testing.F) {
	for _, seed := range [][2]string{{"Bearer a", ""}, {"bearer  a ", "a"}, {"", "a"}, {"Basic a", "a"}, {"Bearer", ""}, {"Bearer a", "b"}, {"", " "}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, authorization, header string) {
		presented, err := credential(authorization, header)
		if err != nil {
			return
		}
		said := slices.DeleteFunc([]string{authorization, header}, func(s string) bool { return s == "" })
		for _, s := range said {
			if !strings.Contains(s, presented) {
				t.Errorf("%q and %q are read as %q", authorization, header, presented)
			}
		}
		if len(said) == 0 {
			t.Errorf("nothing is read as %q", presented)
		}
	})
}
