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

// sums is what is known of a link's clicks in a minute.
type sums struct {
	minute      *minute
	code        []byte
	count, bots uint64
	parts       parts
	visitors    []uint32
}

// tally adds clicks up for one batch. It belongs to the shipper. Batches are many
// and alike, so each is made in the memory of the one before.
type tally struct {
	limit  int
	visits Describer

	seed    maphash.Seed
	minutes map[minuteKey]*minute
	last    *minute // that was looked for, or nil
	index   *index  // of all
	all     []sums
	codes   []byte // of all, one behind the other
	values  values
	clicks  int
	bytes   int // of the batch when it is encoded, about

	encoded, row []byte
}

func newTally(limit int, visits Describer) *tally {
	return &tally{limit: limit, visits: visits, seed: maphash.MakeSeed(), minutes: make(map[minuteKey]*minute), index: newIndex(1 << 10), values: newValues()}
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
	t.all, t.codes, t.clicks, t.bytes = t.all[:0], t.codes[:0], 0, 0
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

// sumsOf finds what a click adds to, until the next call.
func (t *tally) sumsOf(r *spool.Record) *sums {
	m := t.minuteOf(r)
	hash := uint32(maphash.Bytes(t.seed, r.Code)) + m.hash
	for n, place := t.index.next(hash, hash); n >= 0; n, place = t.index.next(hash, place) {
		if s := &t.all[n]; s.minute == m && string(s.code) == string(r.Code) {
			return s
		}
	}
	t.index.put(hash, int32(len(t.all)))
	return t.begin(m, r.Code)
}

// begin begins a row, in the memory of one of an earlier batch if there is one.
func (t *tally) begin(m *minute, code []byte) *sums {
	n, at := len(t.all), len(t.codes)
	t.codes = append(t.codes, code...)
	t.all = slices.Grow(t.all, 1)[:n+1]
	s := &t.all[n]
	s.parts.reset()
	*s = sums{minute: m, code: t.codes[at:], parts: s.parts, visitors: emptied(s.visitors)}
	t.bytes += len(m.domain) + len(code) + 32
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
		t.last = &minute{key, uint32(maphash.Comparable(t.seed, key))}
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

func (t *tally) addPart(s *sums, d wire.Dimension, text string) {
	if text == "" {
		return
	}
	number := t.values.number(part{d, text})
	if head := t.values.all[number].head; head != "" && s.parts.count(number) {
		t.bytes += len(head) + 8
	}
}
