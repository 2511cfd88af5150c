package clicks

import "github.com/fingerpost/fingerpost/sync/wire"

// part is a value of a dimension.
type part struct {
	dimension wire.Dimension
	value     string
}

// counted is how many clicks had it.
type counted struct {
	part
	count uint64
}

// parts are what the clicks of a row divide into. Most rows have a handful, which
// are looked through; an index is made for more.
type parts struct {
	list  []counted
	index map[part]int32 // into list, once that is long
}

// handful is how many parts are looked through faster than they are hashed.
const handful = 16

// count counts a click and says whether the part was known.
func (p *parts) count(of part) (known bool) {
	if p.index != nil {
		i, known := p.index[of]
		if known {
			p.list[i].count++
		}
		return known
	}
	for i := range p.list {
		if p.list[i].part == of {
			p.list[i].count++
			return true
		}
	}
	return false
}

// add makes a part known, with its first click.
func (p *parts) add(of part) {
	p.list = append(p.list, counted{of, 1})
	switch n := len(p.list); {
	case n < handful:
	case n == handful:
		p.index = make(map[part]int32, 2*handful)
		for i, c := range p.list {
			p.index[c.part] = int32(i)
		}
	default:
		p.index[of] = int32(n - 1)
	}
}

// reset forgets the parts but not the memory of a handful.
func (p *parts) reset() { p.list, p.index = emptied(p.list), nil }
