package larder

// pageSet is a set of page numbers.
type pageSet []uint64

func newPageSet(pages int) pageSet { return make(pageSet, (pages+63)/64) }

func (s pageSet) has(page int) bool { return s[page/64]&(1<<(page%64)) != 0 }
func (s pageSet) add(page int)      { s[page/64] |= 1 << (page % 64) }
func (s pageSet) remove(page int)   { s[page/64] &^= 1 << (page % 64) }

// all gives the members in order.
func (s pageSet) all() (pages []int) {
	for i, word := range s {
		for bit := range 64 {
			if word&(1<<bit) != 0 {
				pages = append(pages, i*64+bit)
			}
		}
	}
	return pages
}
