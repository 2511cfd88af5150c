package cache

import (
	"math"
	"unique"
	"unsafe"

	"github.com/fingerpost/fingerpost/sync/link"
)

// overhead is what ristretto's maps keep for an entry beside it. A slot takes 57
// bytes in one of them and 17 in the other, and Go's maps are full to between 44
// and 88 %: 84 to 169 bytes, and 115 on the average.
const overhead = 115

// Entry is a link as it may be served. It never changes after it was stored.
//
// A million of them may be held, so it is packed: two objects of 80 and usually
// 64 bytes, where a link.Link and its strings take four and half as much again.
type Entry struct {
	text     string                // code, URL and expired URL, one behind the other
	domain   unique.Handle[string] // one copy of the name serves all its entries
	epoch    *epoch
	stamp    uint64
	version  uint64
	asked    int64 // Unix milliseconds before the origin was asked; 0: the feed brought it
	starts   int64
	expires  int64
	redirect uint16
	url      uint16 // length
	code     uint8  // length
	status   link.Status
	strict   bool
	forward  bool
}

func newEntry(l *link.Link, stamp uint64, ep *epoch, asked int64) *Entry {
	return &Entry{
		text:     l.Code + l.URL + l.ExpiredURL,
		domain:   unique.Make(l.Domain),
		epoch:    ep,
		stamp:    stamp,
		version:  l.Version,
		asked:    asked,
		starts:   l.StartsAt,
		expires:  l.ExpiresAt,
		redirect: uint16(l.Redirect),
		url:      uint16(len(l.URL)),
		code:     uint8(len(l.Code)),
		status:   l.Status,
		strict:   l.Strict,
		forward:  l.ForwardQuery,
	}
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
func (e *Entry) ExpiredURL() string { return e.text[int(e.code)+int(e.url):] }

// Redirect is the status of the answer.
func (e *Entry) Redirect() int { return int(e.redirect) }

// ExpiresAt is the link's end in Unix milliseconds, or 0.
func (e *Entry) ExpiresAt() int64 { return e.expires }

// ForwardQuery says whether the request's query is appended to the URL.
func (e *Entry) ForwardQuery() bool { return e.forward }

// Strict says that the entry must not be served unless it is known to be the
// newest.
func (e *Entry) Strict() bool { return e.strict }

// Version is that of the link.
func (e *Entry) Version() uint64 { return e.version }

// AnswerAt is what the link says at now, in Unix milliseconds. Hot path: 0 allocs.
func (e *Entry) AnswerAt(now int64) link.Answer {
	return link.AnswerAt(e.status, e.starts, e.expires, now)
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

// cost is the honest number of bytes that holding e takes: the allocator gives
// text in steps of 16 bytes and more.
func (e *Entry) cost() int64 {
	const step = 16
	text := (len(e.text) + step - 1) / step * step
	return int64(overhead + int(unsafe.Sizeof(*e)) + text)
}
