package visit

import "testing"

// The vector for 24 bytes that the authors of SipHash published: key and message count up
// from zero.
func TestSipHash(t *testing.T) {
	var key [16]byte
	for i := range key {
		key[i] = byte(i)
	}
	words := [3]uint64{0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110}
	if got := sipHash(&key, words); got != 0xb8ad50c6f649af94 {
		t.Errorf("%#x", got)
	}
}
