package clicks

import "hash/maphash"

// index finds the row of a link's minute. A map would follow two pointers more to
// compare, and with many links each is a miss of the processor's cache.
type index struct {
	seed  maphash.Seed
	slots []slot // open addressing; a power of two, at most half of them taken
}

// slot says where a row may be.
type slot struct {
	hash uint32 // the upper half
	row  int32  // from 1; 0: the slot is free
}

func newIndex() index { return index{maphash.MakeSeed(), make([]slot, 1<<10)} }

// find gives the row of that hash that is m's and code's; nil if there is none, and
// then the slot for it.
func (x *index) find(rows []sums, hash uint64, m *minute, code []byte) (row *sums, free *slot) {
	for i := hash; ; i++ {
		at := &x.slots[i&uint64(len(x.slots)-1)]
		if at.row == 0 {
			return nil, at
		}
		if at.hash != uint32(hash>>32) {
			continue
		}
		if row := &rows[at.row-1]; row.minute == m && row.code == string(code) {
			return row, nil
		}
	}
}

// fit makes room for another row.
func (x *index) fit(rows []sums) {
	if 2*(len(rows)+1) <= len(x.slots) {
		return
	}
	x.slots = make([]slot, 2*len(x.slots))
	for n := range rows {
		hash := rows[n].hash
		for i := hash; ; i++ {
			if at := &x.slots[i&uint64(len(x.slots)-1)]; at.row == 0 {
				*at = slot{uint32(hash >> 32), int32(n + 1)}
				break
			}
		}
	}
}
