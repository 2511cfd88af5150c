package visit

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// indexBits is how many bits of a visitor's hash choose the register.
const indexBits = 25

// Register gives the register of a HyperLogLog sketch that a visitor touches: one
// of 2^25, shifted left by 6, plus the rank, 1 to 40. It is what the sparse form of
// axiomhq/hyperloglog keeps of a hash, and as good as the hash: index<<39 | 1<<(39-rank)
// touches the same registers at any precision up to 18, where 1<<(39-40) is
// taken for 0: rank 40 says that all the other 39 bits are 0.
//
// With the day's salt thrown away it does not lead back to the address. Zero,
// which is no register, means that the address is not valid.
//
// agent is the xxHash of the User-Agent: all edges of a fleet must take the same.
//
// Hot path: 0 allocs.
func Register(salt *[16]byte, address netip.Addr, agent uint64) uint32 {
	if !address.IsValid() {
		return 0
	}
	high, low := words(address)
	hash := sipHash(salt, [3]uint64{high, low, agent})
	index := uint32(hash >> (64 - indexBits))
	rank := uint32(min(bits.LeadingZeros64(hash<<indexBits)+1, 64-indexBits+1))
	return index<<6 | rank
}

// words are the sixteen bytes of an address; those of IPv4 stand behind ::ffff.
func words(address netip.Addr) (high, low uint64) {
	if address.Is4() {
		b := address.As4() // half the time of As16
		return 0, 0xffff<<16 | uint64(binary.LittleEndian.Uint32(b[:]))<<32
	}
	b := address.As16()
	return binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])
}

// Network gives as much of an address as may be kept: 24 bits of IPv4, 48 of
// IPv6; not valid if the address is not.
func Network(address netip.Addr) netip.Addr {
	if !address.IsValid() {
		return netip.Addr{}
	}
	address = address.Unmap()
	kept := 48
	if address.Is4() {
		kept = 24
	}
	network, _ := address.Prefix(kept) // fails only for more bits than there are
	return network.Addr()
}
