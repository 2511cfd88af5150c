package visit

import (
	"encoding/binary"
	"math/bits"
)

// sipHash is SipHash-2-4 (Aumasson and Bernstein, 2012) of three words: a keyed
// hash whose outputs tell nothing without the key. The libraries that there are
// read bytes; a fixed length needs no loop for the rest.
func sipHash(key *[16]byte, words [3]uint64) uint64 {
	k0, k1 := binary.LittleEndian.Uint64(key[:8]), binary.LittleEndian.Uint64(key[8:])
	v := sipState{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573}
	v = v.compress(words[0]).compress(words[1]).compress(words[2])
	v = v.compress(8 * uint64(len(words)) << 56) // the length closes the message
	v.c ^= 0xff
	v = v.round().round().round().round()
	return v.a ^ v.b ^ v.c ^ v.d
}

// sipState is passed by value: so it stays in registers.
type sipState struct{ a, b, c, d uint64 }

func (v sipState) compress(word uint64) sipState {
	v.d ^= word
	v = v.round().round()
	v.a ^= word
	return v
}

func (v sipState) round() sipState {
	v.a += v.b
	v.b = bits.RotateLeft64(v.b, 13) ^ v.a
	v.a = bits.RotateLeft64(v.a, 32)
	v.c += v.d
	v.d = bits.RotateLeft64(v.d, 16) ^ v.c
	v.a += v.d
	v.d = bits.RotateLeft64(v.d, 21) ^ v.a
	v.c += v.b
	v.b = bits.RotateLeft64(v.b, 17) ^ v.c
	v.c = bits.RotateLeft64(v.c, 32)
	return v
}
