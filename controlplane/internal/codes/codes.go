package codes

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"sync"

	"github.com/fingerpost/fingerpost/sync/link"
)

const (
	base   = 62
	digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	rounds = 10 // as many as FF1; SP 800-38G gives the reasons
)

// Codec turns the numbers of one code length into codes. It is safe for
// concurrent use.
type Codec struct {
	block        cipher.Block
	length       int
	sizeA, sizeB uint64    // of the two halves: 62^⌊L/2⌋ and 62^⌈L/2⌉
	scratch      sync.Pool // of *[aes.BlockSize]byte, which would escape at each round
}

// New gives the codec of codes that are length digits long, 6 to 12. key is an
// AES key of 16, 24 or 32 bytes; codes of another key are other codes.
func New(key []byte, length int) (*Codec, error) {
	if length < link.MinLength || length > link.MaxLength {
		return nil, fmt.Errorf("codes: length %d is not between %d and %d", length, link.MinLength, link.MaxLength)
	}
	return newCodec(key, length)
}

// newCodec allows lengths short enough to be tried exhaustively.
func newCodec(key []byte, length int) (*Codec, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("codes: key: %w", err)
	}
	u := length / 2
	c := &Codec{block: block, length: length, sizeA: power(u), sizeB: power(length - u)}
	c.scratch.New = func() any { return new([aes.BlockSize]byte) }
	return c, nil
}

// Space is how many numbers have a code of this length: 62^length, but at most
// 2^63-1, which is what a database can count to.
func Space(length int) uint64 {
	hi, lo := bits.Mul64(power(length/2), power(length-length/2))
	if hi != 0 || lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return lo
}

// Encode gives the code of id, which must be below Space of the codec's length;
// it panics otherwise, because a wrong code would be somebody else's.
func (c *Codec) Encode(id uint64) string {
	if id >= Space(c.length) {
		panic(fmt.Sprintf("codes: %d has no code of %d digits", id, c.length))
	}
	a, b := c.permute(id/c.sizeB, id%c.sizeB)
	var text [link.MaxLength]byte
	put(text[:c.length/2], a)
	put(text[c.length/2:c.length], b)
	return string(text[:c.length])
}

// errNotOurs is the error of every text that Encode never gives.
var errNotOurs = errors.New("not a generated code")

// Decode is the inverse of Encode. An error means that no number has this code.
func (c *Codec) Decode(code string) (id uint64, err error) {
	if len(code) != c.length {
		return 0, fmt.Errorf("%w: it is not %d digits long", errNotOurs, c.length)
	}
	a, okA := value(code[:c.length/2])
	b, okB := value(code[c.length/2:])
	if !okA || !okB {
		return 0, fmt.Errorf("%w: it has other characters than letters and digits", errNotOurs)
	}
	a, b = c.invert(a, b)
	hi, lo := bits.Mul64(a, c.sizeB)
	id, carry := bits.Add64(lo, b, 0)
	if hi != 0 || carry != 0 || id >= Space(c.length) {
		return 0, fmt.Errorf("%w: its number is out of range", errNotOurs)
	}
	return id, nil
}

func (c *Codec) permute(a, b uint64) (uint64, uint64) {
	block := c.scratch.Get().(*[aes.BlockSize]byte)
	defer c.scratch.Put(block)
	for round := byte(0); round < rounds; round += 2 {
		a = addMod(a, c.noise(block, round, b, c.sizeA), c.sizeA)
		b = addMod(b, c.noise(block, round+1, a, c.sizeB), c.sizeB)
	}
	return a, b
}

func (c *Codec) invert(a, b uint64) (uint64, uint64) {
	block := c.scratch.Get().(*[aes.BlockSize]byte)
	defer c.scratch.Put(block)
	for round := byte(rounds); round > 0; round -= 2 {
		b = addMod(b, c.sizeB-c.noise(block, round-1, a, c.sizeB), c.sizeB)
		a = addMod(a, c.sizeA-c.noise(block, round-2, b, c.sizeA), c.sizeA)
	}
	return a, b
}

// noise is the round function: one AES block, reduced to [0, size). 128 bits
// are so many more than a half has that the reduction's bias is below 2^-90.
func (c *Codec) noise(block *[aes.BlockSize]byte, round byte, half, size uint64) uint64 {
	*block = [aes.BlockSize]byte{byte(c.length), round}
	binary.BigEndian.PutUint64(block[8:], half)
	c.block.Encrypt(block[:], block[:])
	return bits.Rem64(binary.BigEndian.Uint64(block[:8]), binary.BigEndian.Uint64(block[8:]), size)
}

// addMod is x + y modulo size. It cannot overflow: halves are below 62^6 < 2^36.
func addMod(x, y, size uint64) uint64 { return (x + y) % size }

// power is 62^n, for n up to 10.
func power(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= base
	}
	return p
}
