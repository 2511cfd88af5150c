package spool

import (
	"log/slog"
	"sync"
	"testing"
)

// segmentOf is a segment as it is found, in memory.
func segmentOf(page []byte) *reader {
	s := &segment{number: 1, size: len(page), mapping: page, ring: new(sync.Mutex), end: uint32(len(page)), full: true}
	r := &reader{epoch: &epoch{ended: true, segments: [][]*segment{{s}}}}
	_ = r.start(slog.New(slog.DiscardHandler)) // reads no file
	return r
}

// E15: whatever stands in a segment, it is read to an end, the same each
// time. Inside the package: a thousand segments a second want no files.
func FuzzSegment(f *testing.F) {
	var page []byte
	add := func(code string, format uint8, agent, query []byte) {
		var room [maxRecord + 8]byte
		r := Record{At: 1, Visitor: 2, Domain: []byte("a.example"), Code: []byte(code)}
		length := r.encode(room[:], format, agent, query)
		commit(room[:], length)
		page = append(page, room[:padded(length)]...)
	}
	words, atStart, nowhere := []byte("Mozilla/5.0"), []byte{0, 0, 0, 0}, []byte{0xff, 0xff, 0xff, 0xff}
	add("", text, words, nil)
	add("first", referred, atStart, nowhere)
	add("second", whole, words, nil)
	f.Add(page)
	f.Add(append(page, make([]byte, 100)...))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{30})
	f.Fuzz(func(t *testing.T, page []byte) {
		read := func() (position, harvest) {
			h := newHarvest(func(*Record) bool { return true })
			r := segmentOf(page)
			return r.walkAll(notes{From: make([]position, 1)}, nil, h)[0], *h
		}
		reached, h := read()
		again, same := read()
		if reached != again || h.digest != same.digest || h.count != same.count {
			t.Errorf("read %d records to %v, then %d to %v", h.count, reached, same.count, again)
		}
		if int(h.count) > len(page)/header || int(reached.Offset) > len(page) {
			t.Errorf("%d records, up to %v, in %d bytes", h.count, reached, len(page))
		}
	})
}

// E15: of notes that anything may have happened to come whole ones, or none.
func FuzzNotes(f *testing.F) {
	page := make([]byte, copies*copySize)
	copy(page, withSum([]byte(`{"Saved":1,"From":[{"Offset":4}],"To":[{"Offset":8}]}`)))
	copy(page[copySize:], withSum([]byte(`{"Saved":2,"From":[{}],"To":[]}`)))
	f.Add(page)
	f.Add(page[:copySize+9])
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, page []byte) {
		if n, ok := newest(page); ok && (len(n.From) != len(n.To) || n.Saved == 0) {
			t.Errorf("read %+v", n)
		}
	})
}
