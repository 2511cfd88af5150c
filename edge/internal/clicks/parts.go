package clicks

// counted is how many clicks of a row had a value.
type counted struct {
	value int32 // its number
	count uint32
}

// parts are what the clicks of a row divide into. Most rows have a handful, which
// are looked through; an index is made for more.
type parts struct {
	list  []counted
	index *index // of list by the values' numbers, once that is long
}

// handful is how many parts are looked through faster than they are found by an
// index.
const handful = 16

// count counts a click and says whether it is the value's first in this row.
func (p *parts) count(value int32) (first bool) {
	if i := p.find(value); i >= 0 {
		p.list[i].count++
		return false
	}
	p.list = append(p.list, counted{value, 1})
	switch n := len(p.list); {
	case n == handful:
		p.index = newIndex(4 * handful)
		for i, c := range p.list {
			p.index.put(uint32(c.value), int32(i))
		}
	case n > handful:
		p.index.put(uint32(value), int32(n-1))
	}
	return true
}

// find tells where a value is in the list, or -1. A number is a hash of its own: the
// first that the index gives is it.
func (p *parts) find(value int32) (place int32) {
	if p.index != nil {
		place, _ = p.index.next(uint32(value), uint32(value))
		return place
	}
	for i := range p.list {
		if p.list[i].value == value {
			return int32(i)
		}
	}
	return -1
}

// reset forgets the parts, but not the memory of a few: all rows may have been a much
// clicked link's once.
func (p *parts) reset() {
	if cap(p.list) > 4*handful {
		p.list = nil
	}
	p.list, p.index = p.list[:0], nil
}
