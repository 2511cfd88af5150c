package clicks

import (
	"slices"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// message is the memory of what a batch says. A batch is delivered before the next
// one is made, so they share it: it is most of what shipping would leave to the
// collector.
type message struct {
	counts   []wire.ClickCount
	pointers []*wire.ClickCount
	parts    []wire.Part
	partOf   []*wire.Part
}

// of says what rows say, until it is called again.
func (m *message) of(rows []sums) []*wire.ClickCount {
	m.grow(rows)
	var used int
	for i := range rows {
		s, c := &rows[i], m.pointers[i]
		c.Domain, c.Code, c.Minute, c.Count, c.Bots = s.minute.domain, s.code, s.minute.start, s.count, s.bots
		slices.Sort(s.visitors)
		c.Visitors = slices.Compact(s.visitors)
		c.Parts = m.partOf[used : used+len(s.parts.list)]
		for n, p := range s.parts.list {
			c.Parts[n].Dimension, c.Parts[n].Value, c.Parts[n].Count = p.dimension, p.value, p.count
		}
		used += len(s.parts.list)
	}
	return m.pointers[:len(rows)]
}

// grow makes room for rows and their parts.
func (m *message) grow(rows []sums) {
	var parts int
	for i := range rows {
		parts += len(rows[i].parts.list)
	}
	if len(m.counts) < len(rows) {
		m.counts = make([]wire.ClickCount, 2*len(rows))
		m.pointers = pointers(m.counts)
	}
	if len(m.parts) < parts {
		m.parts = make([]wire.Part, 2*parts)
		m.partOf = pointers(m.parts)
	}
}

func pointers[T any](all []T) []*T {
	to := make([]*T, len(all))
	for i := range all {
		to[i] = &all[i]
	}
	return to
}
