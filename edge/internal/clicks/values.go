package clicks

import (
	"hash/maphash"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// part is a value of a dimension.
type part struct {
	dimension wire.Dimension
	value     string
}

// values numbers the parts that clicks divide into, so that rows count numbers:
// there are few, and each is in many rows.
type values struct {
	seed  maphash.Seed
	index *index
	all   []value
}

type value struct {
	part
	head string // of the part's message: all but the count
}

// enough is how many values are kept for the next batch.
const enough = 1 << 14

func newValues() values { return values{seed: maphash.MakeSeed(), index: newIndex(1 << 10)} }

// reset forgets the values when they have become many; their numbers then begin anew.
func (v *values) reset() {
	if len(v.all) > enough {
		*v = newValues()
	}
}

// number gives a part's number. It is new if it was not known.
func (v *values) number(of part) (number int32) {
	hash := uint32(maphash.String(v.seed, of.value)) + uint32(of.dimension)
	for n, place := v.index.next(hash, hash); n >= 0; n, place = v.index.next(hash, place) {
		if v.all[n].part == of {
			return n
		}
	}
	number = int32(len(v.all))
	v.index.put(hash, number)
	v.all = append(v.all, value{of, head(of)})
	return number
}

// head is what a part's message says before the count; empty if a control plane
// would not take the part: an agent may call itself anything.
func head(p part) string {
	if len(p.value) > maxValue || !utf8.ValidString(p.value) {
		return ""
	}
	b := protowire.AppendVarint(protowire.AppendTag(nil, partDimension, protowire.VarintType), uint64(p.dimension))
	b = protowire.AppendString(protowire.AppendTag(b, partValue, protowire.BytesType), p.value)
	return string(protowire.AppendTag(b, partCount, protowire.VarintType))
}
