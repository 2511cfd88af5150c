package clicks

import (
	"hash/maphash"
	"slices"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// A batch is full with so many clicks, or when it is about so long.
	maxClicks = 200_000
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
	hash uint32 // told apart by it in the index
}

type minuteKey struct {
	domain string
	start  int64 // Unix seconds / 60
}

// sums is what is known of a link's clicks in a minute. There are thousands, one
// click is far from the next, and each is one line of the processor's cache.
type sums struct {
	minute      *minute
	code        span
	count, bots uint32
	visitors    uint32 // how many of the tally's are its
	parts       parts
}

// span is where a code stands in the tally's memory.
type span struct{ at, length uint32 }

// tally adds clicks up for one batch. It belongs to the shipper. Batches are many
// and alike, so each is made in the memory of the one before.
type tally struct {
	limit     int
	describer Describer

	seed     maphash.Seed
	minutes  map[minuteKey]*minute
	last     *minute // that was looked for, or nil
	index    *index  // of all
	all      []sums
	codes    []byte // of all, one behind the other
	values   values
	visitors visitors
	clicks   int
	bytes    int // of the batch when it is encoded, about

	encoded, row []byte
}

func newTally(limit int, describer Describer) *tally {
	return &tally{limit: limit, describer: describer, seed: maphash.MakeSeed(), minutes: make(map[minuteKey]*minute), index: newIndex(1 << 10), values: newValues()}
}

// reset begins another batch, which is likely to be of the same minute. What the
// last one said must not be in use any more.
func (t *tally) reset() {
	clear(t.minutes)
	if t.last != nil {
		t.minutes[t.last.minuteKey] = t.last
	}
	t.index.clear()
	t.values.reset()
	t.all, t.codes, t.visitors.all, t.clicks, t.bytes = t.all[:0], t.codes[:0], t.visitors.all[:0], 0, 0
}

// add counts a click and says whether there is room for more.
func (t *tally) add(r *spool.Record) (more bool) {
	row := t.rowOf(r)
	s := &t.all[row]
	s.count++
	t.clicks++
	if len(r.Agent)+len(r.Referrer)+len(r.Language)+len(r.Query) > 0 || r.Network.IsValid() {
		t.describe(row, r)
	}
	return len(t.all) < t.limit && t.clicks < maxClicks && t.bytes < maxBytes && len(s.parts.list) <= maxParts-dimensions
}

// rowOf finds what a click adds to.
func (t *tally) rowOf(r *spool.Record) (row int32) {
	m := t.minuteOf(r)
	hash := uint32(maphash.Bytes(t.seed, r.Code)) + m.hash
	for n, place := t.index.next(hash, hash); n >= 0; n, place = t.index.next(hash, place) {
		if s := &t.all[n]; s.minute == m && string(t.code(s)) == string(r.Code) {
			return n
		}
	}
	row = int32(len(t.all))
	t.index.put(hash, row)
	t.begin(m, r.Code)
	return row
}

func (t *tally) code(s *sums) []byte { return t.codes[s.code.at:][:s.code.length] }

// begin begins a row, in the memory of one of an earlier batch if there is one.
func (t *tally) begin(m *minute, code []byte) {
	n, at := len(t.all), len(t.codes)
	t.codes = append(t.codes, code...)
	t.all = slices.Grow(t.all, 1)[:n+1]
	s := &t.all[n]
	s.parts.reset()
	*s = sums{minute: m, code: span{uint32(at), uint32(len(code))}, parts: s.parts}
	t.bytes += len(m.domain) + len(code) + 32
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
		t.last = &minute{key, uint32(maphash.Comparable(t.seed, key))}
		t.minutes[t.last.minuteKey] = t.last
	}
	return t.last
}

// describe adds what is known of a click's visitor. Of programs only the name is.
func (t *tally) describe(row int32, r *spool.Record) {
	s := &t.all[row]
	f := t.describer.Describe(visit.Visit{Agent: r.Agent, Referrer: r.Referrer, Language: r.Language, Query: r.Query, Network: r.Network})
	if f.Bot != "" {
		s.bots++
		t.addPart(s, wire.Dimension_DIMENSION_BOT, f.Bot)
		return
	}
	if r.Visitor != 0 {
		s.visitors++
		t.visitors.add(row, r.Visitor)
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

func (t *tally) addPart(s *sums, d wire.Dimension, text string) {
	if text == "" {
		return
	}
	number := t.values.number(part{d, text})
	if head := t.values.all[number].head; head != "" && s.parts.count(number) {
		t.bytes += len(head) + 8
	}
}
