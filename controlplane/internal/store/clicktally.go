package store

import (
	"cmp"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// value is one of a dimension.
type value struct {
	dimension wire.Dimension
	text      string
}

// tally adds parts up.
type tally map[value]uint64

func (t tally) add(parts []*wire.Part) {
	for _, p := range parts {
		t[value{p.GetDimension(), p.GetValue()}] += p.GetCount()
	}
}

// parts gives the sums. Of each dimension it leaves limit values, those with most
// clicks, and the rest under "".
func (t tally) parts(limit int) []*wire.Part {
	var kept []*wire.Part
	var rest *wire.Part
	n := 0
	for _, p := range t.sorted() {
		if rest.GetDimension() != p.dimension {
			rest, n = &wire.Part{Dimension: p.dimension}, 0
		}
		if n++; p.text != "" && n <= limit {
			kept = append(kept, &wire.Part{Dimension: p.dimension, Value: p.text, Count: p.clicks})
			continue
		}
		if rest.GetCount() == 0 {
			kept = append(kept, rest)
		}
		rest.Count += p.clicks
	}
	return kept
}

type clicked struct {
	value
	clicks uint64
}

// sorted gives dimensions in order, each with what is most clicked first.
func (t tally) sorted() []clicked {
	all := make([]clicked, 0, len(t))
	for v, clicks := range t {
		all = append(all, clicked{v, clicks})
	}
	slices.SortFunc(all, func(a, b clicked) int {
		return cmp.Or(cmp.Compare(a.dimension, b.dimension), cmp.Compare(b.clicks, a.clicks), cmp.Compare(a.text, b.text))
	})
	return all
}

func encode(p *wire.Parts) ([]byte, error) {
	// Not nil if it is empty: that would be stored as NULL.
	detail, err := proto.MarshalOptions{}.MarshalAppend([]byte{}, p)
	if err != nil {
		return nil, fmt.Errorf("writing detail: %w", err)
	}
	return detail, nil
}

// distinct gives the registers sorted, each once. It does not change them.
func distinct(registers []uint32) []uint32 {
	sorted := slices.Sorted(slices.Values(registers))
	return slices.Compact(sorted)
}
