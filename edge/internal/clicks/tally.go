package clicks

import (
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

// row is what clicks are counted by: a link in a minute.
type row struct {
	domain, code string
	minute       int64 // Unix seconds / 60
}

// part is a value of a dimension.
type part struct {
	dimension wire.Dimension
	value     string
}

// sums is what is known of a row's clicks.
type sums struct {
	count, bots uint64
	parts       map[part]*uint64
	visitors    []uint32
}

// tally adds clicks up for one batch. It belongs to the shipper.
type tally struct {
	limit  int
	visits Describer

	rows   map[row]*sums
	room   []sums // for further rows
	domain string // of the last row that was added: nearly all have the same
	clicks int
	bytes  int // of the batch when it is encoded, about
}

// roomFor is for how many rows memory is taken at once.
const roomFor = 256

func newTally(limit int, visits Describer) *tally {
	t := &tally{limit: limit, visits: visits}
	t.reset()
	return t
}

// reset begins another batch, which is likely to be as large as the one before.
func (t *tally) reset() {
	t.rows, t.clicks, t.bytes = make(map[row]*sums, len(t.rows)), 0, 0
}

// add counts a click and says whether there is room for more.
func (t *tally) add(r *spool.Record) (more bool) {
	s := t.sumsOf(r)
	s.count++
	t.clicks++
	if len(r.Agent)+len(r.Referrer)+len(r.Language)+len(r.Query) > 0 || r.Network.IsValid() {
		t.describe(s, r)
	}
	return len(t.rows) < t.limit && t.clicks < maxClicks && t.bytes < maxBytes && len(s.parts) <= maxParts-dimensions
}

// sumsOf finds a click's row. A lookup copies no string.
func (t *tally) sumsOf(r *spool.Record) *sums {
	minute := min(max(r.At/time.Minute.Milliseconds(), 1), maxMinute) // whatever the clock says
	if s := t.rows[row{string(r.Domain), string(r.Code), minute}]; s != nil {
		return s
	}
	if len(t.room) == 0 {
		t.room = make([]sums, roomFor)
	}
	if t.domain != string(r.Domain) {
		t.domain = string(r.Domain)
	}
	s := &t.room[0]
	t.room = t.room[1:]
	t.rows[row{t.domain, string(r.Code), minute}] = s
	t.bytes += len(r.Domain) + len(r.Code) + 32
	return s
}

// describe adds what is known of a click's visitor. Of programs only the name is.
func (t *tally) describe(s *sums, r *spool.Record) {
	f := t.visits.Describe(visit.Visit{Agent: r.Agent, Referrer: r.Referrer, Language: r.Language, Query: r.Query, Network: r.Network})
	if s.parts == nil {
		s.parts = make(map[part]*uint64)
	}
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
	if value == "" {
		return
	}
	n := s.parts[part{d, value}]
	if n == nil {
		if len(value) > maxValue || !utf8.ValidString(value) { // an agent may call itself anything
			return
		}
		n = new(uint64)
		s.parts[part{d, value}] = n
		t.bytes += len(value) + 12
	}
	*n++
}

// counts is what a batch says, in no order.
func (t *tally) counts() []*wire.ClickCount {
	counts := make([]*wire.ClickCount, 0, len(t.rows))
	room := make([]wire.ClickCount, len(t.rows))
	for r, s := range t.rows {
		c := &room[len(counts)]
		c.Domain, c.Code, c.Minute, c.Count, c.Bots = r.domain, r.code, r.minute, s.count, s.bots
		slices.Sort(s.visitors)
		c.Visitors = slices.Compact(s.visitors)
		for p, n := range s.parts {
			c.Parts = append(c.Parts, &wire.Part{Dimension: p.dimension, Value: p.value, Count: *n})
		}
		counts = append(counts, c)
	}
	return counts
}
