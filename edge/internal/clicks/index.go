package clicks

// index finds numbers, from 0 on, by the hashes of what they stand for. A map would
// follow two pointers more to compare, and with many links each is a miss of the
// processor's cache.
type index struct {
	slots []slot // open addressing; a power of two, at most half of them taken
	taken int
}

// slot says what may be found under a hash.
type slot struct {
	hash   uint32
	number int32 // from 1; 0: the slot is free
}

// newIndex has a power of two slots, to begin with.
func newIndex(slots int) *index { return &index{slots: make([]slot, slots)} }

// next gives a number that was put under a hash, and the place to go on from; the
// first place is the hash. -1: there are no more.
func (x *index) next(hash, from uint32) (number int32, place uint32) {
	for {
		at := &x.slots[from&uint32(len(x.slots)-1)]
		if from++; at.number == 0 || at.hash == hash {
			return at.number - 1, from
		}
	}
}

// put makes a number known under a hash.
func (x *index) put(hash uint32, number int32) {
	if x.taken++; 2*x.taken > len(x.slots) {
		before := x.slots
		x.slots = make([]slot, 2*len(before))
		for _, s := range before {
			if s.number != 0 {
				*x.free(s.hash) = s
			}
		}
	}
	*x.free(hash) = slot{hash, number + 1}
}

func (x *index) free(hash uint32) *slot {
	for at := hash; ; at++ {
		if s := &x.slots[at&uint32(len(x.slots)-1)]; s.number == 0 {
			return s
		}
	}
}

// clear forgets all numbers.
func (x *index) clear() {
	clear(x.slots)
	x.taken = 0
}
