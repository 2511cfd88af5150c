package cache

import (
	"math"
	"unique"
	"unsafe"

	"github.com/fingerpost/fingerpost/sync/link"
)

// overhead is what ristretto keeps per entry beside the entry itself: 218 to
// 292 bytes measured, for its map, policy and sketch.
const overhead = 250

// Entry is a link as it may be served. It never changes after it was stored.
type Entry struct {
	link.Link
	stamp uint64
	epoch *epoch
	asked int64 // Unix milliseconds before the origin was asked; 0: the feed brought it
}

func newEntry(l *link.Link, stamp uint64, ep *epoch, asked int64) *Entry {
	e := &Entry{Link: *l, stamp: stamp, epoch: ep, asked: asked}
	// One copy of each domain's name serves all its entries.
	e.Domain = unique.Make(l.Domain).Value()
	return e
}

// Location is the URL's bytes, without a copy. They must not be written to.
func (e *Entry) Location() []byte { return unsafe.Slice(unsafe.StringData(e.URL), len(e.URL)) }

// KnownAt is the last moment, in Unix milliseconds, at which this entry was
// known to be the newest: when it was read, or when the feed last confirmed
// that nothing had changed since. Hot path: 0 allocs.
func (e *Entry) KnownAt() int64 { return max(e.asked, e.epoch.confirmed.Load()) }

func (e *Entry) is(k link.Key) bool { return e.Code == k.Code && e.Domain == k.Domain }

// restamped is e under another stamp of the same epoch.
func (e *Entry) restamped(stamp uint64) *Entry {
	r := *e
	r.stamp = stamp
	return &r
}

// barred is e as a placeholder that is never served and newer than any event.
func (e *Entry) barred() *Entry {
	b := *e
	b.Version, b.stamp = math.MaxUint64, math.MaxUint64
	return &b
}

// cost is the honest number of bytes that holding e takes.
func (e *Entry) cost() int64 {
	return int64(overhead + int(unsafe.Sizeof(*e)) + len(e.Code) + len(e.URL) + len(e.ExpiredURL))
}
