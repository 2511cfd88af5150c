package clicks

import (
	"hash/maphash"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// A batch is full with so many clicks, or when it is about so long.
	maxClicks = 50_000
	maxBytes  = 3 << 20
	// A control plane takes no more parts of a count, no longer values, and no later
	// minute; that is in the year 6053.
	maxParts  = 10_000
	maxValue  = 256
	maxMinute = 1 << 31
	// dimensions is how many parts a click may add.
	dimensions = 9
)

// minute is the clicks of a domain in a minute.
type minute struct {
	minuteKey
	hash uint64 // told apart by it in the index
}

type minuteKey struct {
	domain string
	start  int64 // Unix seconds / 60
}

// sums is what is known of a link's clicks in a minute.
type sums struct {
	minute      *minute
	code        string
	hash        uint64 // of both
	count, bots uint64
	parts       parts
	visitors    []uint32
}

// tally adds clicks up for one batch. It belongs to the shipper. Batches are many
// and alike, so each is made in the memory of the one before.
type tally struct {
	limit  int
	visits Describer

	minutes map[minuteKey]*minute
	last    *minute // that was looked for, or nil
	index   index
	all     []sums
	message message
	clicks  int
	bytes   int // of the batch when it is encoded, about
}

func newTally(limit int, visits Describer) *tally {
	return &tally{limit: limit, visits: visits, minutes: make(map[minuteKey]*minute), index: newIndex()}
}

// reset begins another batch, which is likely to be of the same minute. What the
// last one said must not be in use any more.
func (t *tally) reset() {
	clear(t.minutes)
	if t.last != nil {
		t.minutes[t.last.minuteKey] = t.last
	}
	clear(t.index.slots)
	t.all, t.clicks, t.bytes = t.all[:0], 0, 0
}

// add counts a click and says whether there is room for more.
func (t *tally) add(r *spool.Record) (more bool) {
	s := t.sumsOf(r)
	s.count++
	t.clicks++
	if len(r.Agent)+len(r.Referrer)+len(r.Language)+len(r.Query) > 0 || r.Network.IsValid() {
		t.describe(s, r)
	}
	return len(t.all) < t.limit && t.clicks < maxClicks && t.bytes < maxBytes && len(s.parts.list) <= maxParts-dimensions
}

// sumsOf finds what a click adds to, until the next call. A lookup copies no string.
func (t *tally) sumsOf(r *spool.Record) *sums {
	m := t.minuteOf(r)
	t.index.fit(t.all)
	hash := maphash.Bytes(t.index.seed, r.Code) + m.hash
	s, free := t.index.find(t.all, hash, m, r.Code)
	if s == nil {
		s = t.row(m, string(r.Code), hash)
		*free = slot{uint32(hash >> 32), int32(len(t.all))}
		t.bytes += len(m.domain) + len(s.code) + 32
	}
	return s
}

// row begins a row, in the memory of one of an earlier batch if there is one.
func (t *tally) row(m *minute, code string, hash uint64) *sums {
	n := len(t.all)
	t.all = slices.Grow(t.all, 1)[:n+1]
	s := &t.all[n]
	s.parts.reset()
	*s = sums{minute: m, code: code, hash: hash, parts: s.parts, visitors: emptied(s.visitors)}
	return s
}

// emptied keeps the memory of a list for the next one, unless it was a much clicked
// link's: all rows may have been that once.
func emptied[T any](list []T) []T {
	if cap(list) > 4*handful {
		return nil
	}
	clear(list)
	return list[:0]
}

// minuteOf finds a click's minute, which nearly always is that of the click before.
func (t *tally) minuteOf(r *spool.Record) *minute {
	start := min(max(r.At/time.Minute.Milliseconds(), 1), maxMinute) // whatever the clock says
	if m := t.last; m != nil && m.start == start && m.domain == string(r.Domain) {
		return m
	}
	t.last = t.minutes[minuteKey{string(r.Domain), start}]
	if t.last == nil {
		key := minuteKey{string(r.Domain), start}
		t.last = &minute{key, maphash.Comparable(t.index.seed, key)}
		t.minutes[t.last.minuteKey] = t.last
	}
	return t.last
}

// describe adds what is known of a click's visitor. Of programs only the name is.
func (t *tally) describe(s *sums, r *spool.Record) {
	f := t.visits.Describe(visit.Visit{Agent: r.Agent, Referrer: r.Referrer, Language: r.Language, Query: r.Query, Network: r.Network})
	if f.Bot != "" {
		s.bots++
		t.addPart(s, wire.Dimension_DIMENSION_BOT, f.Bot)
		return
	}
	if r.Visitor != 0 {
		s.visitors = append(s.visitors, r.Visitor)
		t.bytes += 4
	}
	t.addPart(s, wire.Dimension_DIMENSION_REFERRER, f.Referrer)
	t.addPart(s, wire.Dimension_DIMENSION_COUNTRY, f.Country)
	t.addPart(s, wire.Dimension_DIMENSION_BROWSER, f.Browser)
	t.addPart(s, wire.Dimension_DIMENSION_OS, f.OS)
	t.addPart(s, wire.Dimension_DIMENSION_DEVICE, f.Device)
	t.addPart(s, wire.Dimension_DIMENSION_LANGUAGE, f.Language)
	t.addPart(s, wire.Dimension_DIMENSION_UTM_SOURCE, f.Source)
	t.addPart(s, wire.Dimension_DIMENSION_UTM_MEDIUM, f.Medium)
	t.addPart(s, wire.Dimension_DIMENSION_UTM_CAMPAIGN, f.Campaign)
}

func (t *tally) addPart(s *sums, d wire.Dimension, value string) {
	switch {
	case value == "" || s.parts.count(part{d, value}):
	case len(value) > maxValue || !utf8.ValidString(value): // an agent may call itself anything
	default:
		s.parts.add(part{d, value})
		t.bytes += len(value) + 12
	}
}

// counts is what a batch says, until the next one begins.
func (t *tally) counts() []*wire.ClickCount { return t.message.of(t.all) }
