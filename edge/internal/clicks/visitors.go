package clicks

import "slices"

// visitors are those of a batch, in the order of its clicks: lists of the rows' own
// would be as far apart in memory as the rows are.
type visitors struct {
	all    []visitor
	places []uint32 // of the rows in sorted
	sorted []uint32
}

// visitor is that of a click.
type visitor struct {
	row      int32
	register uint32
}

func (v *visitors) add(row int32, register uint32) { v.all = append(v.all, visitor{row, register}) }

// byRow gives the registers of the first row, then those of the second, and so on,
// until it is called again.
func (v *visitors) byRow(rows []sums) []uint32 {
	v.sorted = slices.Grow(v.sorted[:0], len(v.all))[:len(v.all)]
	v.places = v.places[:0]
	var next uint32
	for i := range rows {
		v.places = append(v.places, next)
		next += rows[i].visitors
	}
	for _, of := range v.all {
		v.sorted[v.places[of.row]] = of.register
		v.places[of.row]++
	}
	return v.sorted
}
