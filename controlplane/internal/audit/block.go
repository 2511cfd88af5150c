package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Block seals entries. Numbers are 1, 2, …
type Block struct {
	Number   int64
	Entries  int // how many it seals
	Previous [sha256.Size]byte
	Hash     [sha256.Size]byte
	SealedAt int64 // Unix milliseconds
}

// Head is a place in the chain that can be written down.
type Head struct {
	Number int64
	Hash   [sha256.Size]byte
}

// Head is where the chain ends with b.
func (b *Block) Head() Head { return Head{b.Number, b.Hash} }

// String is NUMBER:HASH.
func (h Head) String() string { return fmt.Sprintf("%d:%x", h.Number, h.Hash) }

// ParseHead is the inverse of String.
func ParseHead(text string) (h Head, err error) {
	number, hash, _ := strings.Cut(text, ":")
	bytes, hexErr := hex.DecodeString(hash)
	h.Number, err = strconv.ParseInt(number, 10, 64)
	if err != nil || hexErr != nil || len(bytes) != len(h.Hash) {
		return Head{}, fmt.Errorf("%q is not NUMBER:HASH", text)
	}
	copy(h.Hash[:], bytes)
	return h, nil
}

// Seal makes the block of entries, in the order of their ids, that follows
// previous; the zero Block is before the first.
func Seal(previous Block, entries []Entry, at int64) Block {
	b := Block{Number: previous.Number + 1, Entries: len(entries), Previous: previous.Hash, SealedAt: at}
	b.Hash = b.sum(entries)
	return b
}

func (b *Block) sum(entries []Entry) (sum [sha256.Size]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "fingerpost audit %d %d %d %x", b.Number, b.Entries, b.SealedAt, b.Previous)
	for i := range entries {
		hash := entries[i].hash()
		h.Write(hash[:])
	}
	h.Sum(sum[:0])
	return sum
}
