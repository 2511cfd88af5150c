package cache

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Entry is a link as it may be served. It never changes after it was stored.
//
// A million of them may be held, and a lookup waits for memory more than for
// anything else. So an entry is one object, two lines of the processor's cache as
// a rule, and has no pointers: the collector does not look into it. Its text
// stands right behind its fields; domain and epoch are numbers in tables.
type Entry struct {
	stamp, version uint64
	asked          int64 // Unix milliseconds before the origin was asked; 0: the feed brought it
	domain, epoch  uint32
	redirect       uint16
	url, expired   uint16 // lengths
	code           uint8  // length
	status         link.Status
	flags          flags // the last field: the text follows
}

type flags uint8

const (
	strict  flags = 1 << iota
	forward       // the request's query
	dated         // the text ends in the dates: most links have none
)

const (
	header = unsafe.Offsetof(Entry{}.flags) + unsafe.Sizeof(flags(0)) // where the text begins
	dates  = 16                                                       // the length of both
)

// newEntry packs l.
func (c *Cache) newEntry(l *link.Link, stamp uint64, ep *epoch, asked int64) *Entry {
	fields := Entry{
		stamp: stamp, version: l.Version, asked: asked,
		domain: c.domains.number(l.Domain), epoch: ep.number,
		redirect: uint16(l.Redirect), url: uint16(len(l.URL)), expired: uint16(len(l.ExpiredURL)), code: uint8(len(l.Code)),
		status: l.Status,
	}
	if l.Strict {
		fields.flags |= strict
	}
	if l.ForwardQuery {
		fields.flags |= forward
	}
	if l.StartsAt != 0 || l.ExpiresAt != 0 {
		fields.flags |= dated
	}
	e := fields.alloc()
	text := e.text()
	n := copy(text, l.Code)
	n += copy(text[n:], l.URL)
	n += copy(text[n:], l.ExpiredURL)
	if e.flags&dated != 0 {
		binary.LittleEndian.PutUint64(text[n:], uint64(l.StartsAt))
		binary.LittleEndian.PutUint64(text[n+8:], uint64(l.ExpiresAt))
	}
	return e
}

// alloc gives these fields with room for their text.
func (e Entry) alloc() *Entry {
	// No less than the type, of which the text may begin before the end.
	b := make([]byte, max(e.bytes(), unsafe.Sizeof(e)))
	r := (*Entry)(unsafe.Pointer(unsafe.SliceData(b)))
	*r = e
	return r
}

// bytes is what e takes with its text.
func (e *Entry) bytes() uintptr {
	n := header + uintptr(e.code) + uintptr(e.url) + uintptr(e.expired)
	if e.flags&dated != 0 {
		n += dates
	}
	return n
}

// text is the code, URL, expired URL and dates, one behind the other, in place.
func (e *Entry) text() []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(e), header)), e.bytes()-header)
}

// part is a part of the text as a string, in place. It keeps e in memory.
func (e *Entry) part(from, length int) string {
	b := e.text()[from:][:length]
	return unsafe.String(unsafe.SliceData(b), length)
}

// Code is that of the link, in place.
func (e *Entry) Code() string { return e.part(0, int(e.code)) }

// Location is the URL's bytes, in place. They must not be written to.
func (e *Entry) Location() []byte { return e.text()[e.code:][:e.url] }

// ExpiredURL is where an expired link sends people, or empty.
func (e *Entry) ExpiredURL() string { return e.part(int(e.code)+int(e.url), int(e.expired)) }

// Redirect is the status of the answer.
func (e *Entry) Redirect() int { return int(e.redirect) }

// ExpiresAt is the link's end in Unix milliseconds, or 0.
func (e *Entry) ExpiresAt() int64 {
	_, expires := e.dates()
	return expires
}

func (e *Entry) dates() (starts, expires int64) {
	if e.flags&dated == 0 {
		return 0, 0
	}
	b := e.text()
	b = b[len(b)-dates:]
	return int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint64(b[8:]))
}

// ForwardQuery says whether the request's query is appended to the URL.
func (e *Entry) ForwardQuery() bool { return e.flags&forward != 0 }

// Strict says that the entry must not be served unless it is known to be the
// newest.
func (e *Entry) Strict() bool { return e.flags&strict != 0 }

// Version is that of the link.
func (e *Entry) Version() uint64 { return e.version }

// AnswerAt is what the link says at now, in Unix milliseconds. Hot path: 0 allocs.
func (e *Entry) AnswerAt(now int64) link.Answer {
	starts, expires := e.dates()
	return link.AnswerAt(e.status, starts, expires, now)
}

// restamped is e under another stamp of the same epoch.
func (e *Entry) restamped(stamp uint64) *Entry {
	r := e.copied()
	r.stamp = stamp
	return r
}

// barred is e as a placeholder that is never served and newer than any event.
func (e *Entry) barred() *Entry {
	b := e.copied()
	b.version, b.stamp = math.MaxUint64, math.MaxUint64
	return b
}

func (e *Entry) copied() *Entry {
	c := e.alloc()
	copy(c.text(), e.text())
	return c
}

// size is what the allocator takes for e: steps of 16 bytes, and of an eighth for
// what is larger.
func (e *Entry) size() int64 {
	n := max(int64(e.bytes()), int64(unsafe.Sizeof(*e)))
	step := max(int64(16), int64(powerOfTwo(n))/8)
	return (n + step - 1) / step * step
}
