package cache

import (
	"hash/maphash"
	"math/bits"

	"github.com/fingerpost/fingerpost/sync/link"
)

// hasher maps keys to 64 bits with a seed of this process, so nobody outside
// can choose codes that share a slot.
type hasher struct{ seed maphash.Seed }

// bytes is the hash of domain and code. Hot path: 0 allocs.
func (h hasher) bytes(domain string, code []byte) uint64 {
	return uneven(join(maphash.String(h.seed, domain), maphash.Bytes(h.seed, code)))
}

func (h hasher) key(k link.Key) uint64 {
	return uneven(join(maphash.String(h.seed, k.Domain), maphash.String(h.seed, k.Code)))
}

// join is not symmetric: domain a with code b is not domain b with code a.
func join(domain, code uint64) uint64 { return bits.RotateLeft64(domain, 23) ^ code }

// even is where the bits of a hash begin whose values are equally frequent.
const even = 8

// uneven makes some values of a hash's lowest byte more frequent than others. By
// that byte ristretto chooses one of 256 maps, and Go's maps grow by doubling: if
// all did so at once, whether an entry takes 100 bytes in them or 170 would depend
// on how many there are. With a share that goes with 2^(i/256), map i grows a
// little after map i+1, and an entry always takes about the same.
func uneven(hash uint64) uint64 {
	u := hash >> 48
	// 256 × log2(1 + u/2^16), the inverse of the shares' sum, within one percent.
	i := u * (88064 - 22528*u>>16) >> 24
	return hash&^(1<<even-1) | i
}
