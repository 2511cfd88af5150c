package cache

import (
	"encoding/binary"
	"math"
	"unique"
	"unsafe"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Entry is a link as it may be served. It never changes after it was stored.
//
// A million of them may be held, and a lookup waits for memory more than for
// anything else, so it is packed: two objects of 64 bytes as a rule, each a line
// of the processor's cache, where a link.Link and its strings are four objects of
// 200 bytes in all.
type Entry struct {
	text     string                // code, URL, expired URL and dates, one behind the other
	domain   unique.Handle[string] // one copy of the name serves all its entries
	epoch    *epoch
	stamp    uint64
	version  uint64
	asked    int64 // Unix milliseconds before the origin was asked; 0: the feed brought it
	redirect uint16
	url      uint16 // length
	code     uint8  // length
	status   link.Status
	flags    flags
}

type flags uint8

const (
	strict  flags = 1 << iota
	forward       // the request's query
	dated         // text ends in the dates: most links have none
)

// dates is the length of both dates in a text.
const dates = 16

func newEntry(l *link.Link, stamp uint64, ep *epoch, asked int64) *Entry {
	text, flags := packed(l)
	return &Entry{
		text:     text,
		domain:   unique.Make(l.Domain),
		epoch:    ep,
		stamp:    stamp,
		version:  l.Version,
		asked:    asked,
		redirect: uint16(l.Redirect),
		url:      uint16(len(l.URL)),
		code:     uint8(len(l.Code)),
		status:   l.Status,
		flags:    flags,
	}
}

func packed(l *link.Link) (text string, f flags) {
	if l.Strict {
		f |= strict
	}
	if l.ForwardQuery {
		f |= forward
	}
	if l.StartsAt == 0 && l.ExpiresAt == 0 {
		return l.Code + l.URL + l.ExpiredURL, f
	}
	var b [dates]byte
	binary.LittleEndian.PutUint64(b[:], uint64(l.StartsAt))
	binary.LittleEndian.PutUint64(b[8:], uint64(l.ExpiresAt))
	return l.Code + l.URL + l.ExpiredURL + string(b[:]), f | dated
}

// Key names the link.
func (e *Entry) Key() link.Key { return link.Key{Domain: e.Domain(), Code: e.Code()} }

// Domain is that of the link.
func (e *Entry) Domain() string { return e.domain.Value() }

// Code is that of the link. It keeps the entry's text in memory.
func (e *Entry) Code() string { return e.text[:e.code] }

// Location is the URL's bytes, without a copy. They must not be written to.
func (e *Entry) Location() []byte {
	url := e.text[e.code:][:e.url]
	return unsafe.Slice(unsafe.StringData(url), len(url))
}

// ExpiredURL is where an expired link sends people, or empty.
func (e *Entry) ExpiredURL() string {
	rest := e.text[int(e.code)+int(e.url):]
	if e.flags&dated != 0 {
		rest = rest[:len(rest)-dates]
	}
	return rest
}

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
	b := e.text[len(e.text)-dates:]
	return number(b), number(b[8:])
}

// number is what PutUint64 wrote.
func number(b string) (n int64) {
	for i := 7; i >= 0; i-- {
		n = n<<8 | int64(b[i])
	}
	return n
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

// KnownAt is the last moment, in Unix milliseconds, at which this entry was
// known to be the newest: when it was read, or when the feed last confirmed
// that nothing had changed since. Hot path: 0 allocs.
func (e *Entry) KnownAt() int64 { return max(e.asked, e.epoch.confirmed.Load()) }

// is says whether e is the entry of a key. Hot path: 0 allocs.
func (e *Entry) is(domain string, code []byte) bool {
	return e.Code() == string(code) && e.Domain() == domain
}

// restamped is e under another stamp of the same epoch.
func (e *Entry) restamped(stamp uint64) *Entry {
	r := *e
	r.stamp = stamp
	return &r
}

// barred is e as a placeholder that is never served and newer than any event.
func (e *Entry) barred() *Entry {
	b := *e
	b.version, b.stamp = math.MaxUint64, math.MaxUint64
	return &b
}

// size is the bytes of e alone: the allocator gives text in steps of 16 and more.
func (e *Entry) size() int64 {
	const step = 16
	text := (len(e.text) + step - 1) / step * step
	return int64(int(unsafe.Sizeof(*e)) + text)
}
