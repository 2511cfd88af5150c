package larder

import (
	"bytes"

	"github.com/fingerpost/fingerpost/sync/link"
)

const (
	// pageSize is large enough for any link but the most extreme, and for about a
	// hundred usual ones: pages fill evenly enough that three quarters of the file
	// are in use before the first page is full.
	pageSize = 16 << 10
	// blockSize is what is written at once: most changes touch one block of a page.
	blockSize = 4 << 10
)

// scan gives the intact records of a page in order, and whether something in it
// was not intact. Whatever is damaged is skipped to the next record.
func scan(page []byte) (records [][]byte, damaged bool) {
	for {
		if raw := intact(page); raw != nil {
			records = append(records, raw)
			page = page[len(raw):]
			continue
		}
		next := -1
		if len(page) > 1 {
			next = bytes.Index(page[1:], magic)
		}
		if next < 0 {
			return records, damaged || !blank(page)
		}
		damaged, page = true, page[1+next:]
	}
}

// blank says whether b holds zeros only: the first byte, and each is the one before.
// Most of most pages is blank, and so they are compared many bytes at a time.
func blank(b []byte) bool { return len(b) == 0 || b[0] == 0 && bytes.Equal(b[1:], b[:len(b)-1]) }

// find gives the place of key's newest record, or -1. There is more than one
// only after a page was half written.
func find(records [][]byte, key link.Key, hash uint64) (at int, r record) {
	at = -1
	for i, raw := range records {
		if hashIn(raw) != hash {
			continue
		}
		if found, ok := decode(raw); ok && found.link.Key == key && (at < 0 || found.link.Version > r.link.Version) {
			at, r = i, found
		}
	}
	return at, r
}

// without removes all records of key.
func without(records [][]byte, key link.Key, hash uint64) [][]byte {
	for {
		at, _ := find(records, key, hash)
		if at < 0 {
			return records
		}
		records = append(records[:at], records[at+1:]...)
	}
}

// shrink gives up records until the rest fits into a page: the oldest that are
// not hot, then the oldest.
func shrink(records [][]byte, hot func(link.Key) bool) (rest [][]byte, evicted int) {
	size := 0
	for _, raw := range records {
		size += len(raw)
	}
	for pass := 0; size > pageSize && pass < 2; pass++ {
		for i := 0; size > pageSize && i < len(records); {
			if r, ok := decode(records[i]); ok && pass == 0 && hot(r.link.Key) {
				i++
				continue
			}
			size -= len(records[i])
			records = append(records[:i], records[i+1:]...)
			evicted++
		}
	}
	return records, evicted
}

// fill lays records out in a page.
func fill(page []byte, records [][]byte) {
	n := 0
	for _, raw := range records {
		n += copy(page[n:], raw)
	}
	clear(page[n:])
}
