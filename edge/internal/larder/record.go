package larder

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/bits"

	"github.com/cespare/xxhash/v2"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// A record in a page, little endian: magic (2 bytes), its whole length (2),
// CRC-32C of all that follows and of the length (4), the key's hash (8), epoch
// (8), asked (8), and the link as a wire.Record.
const (
	headerSize = 32
	maxSize    = pageSize // of a record
)

var magic = []byte{0xf1, 0x9e} // never written to

// record is a link and what is known of its freshness.
type record struct {
	link  link.Link
	epoch uint64 // in which it was stored; its confirmations vouch for it
	asked int64  // Unix milliseconds before the origin was asked, or of the commit that the feed told of
}

// hashOf is the same in every process, for it says where on disk a key stands.
// Whoever may choose aliases can crowd a page, and thus cost that page's links
// their place on this disk; those in memory keep it.
func hashOf(k link.Key) uint64 { return xxhash.Sum64String(k.String()) }

// pageOf spreads hashes over pages evenly, whatever their number.
func pageOf(hash uint64, pages int) int {
	page, _ := bits.Mul64(hash, uint64(pages))
	return int(page)
}

// encode gives nil for a link that no page can hold: both of its URLs would have
// to be of nearly the greatest length.
func encode(r *record, hash uint64) []byte {
	b := make([]byte, headerSize, 256)
	b, err := proto.MarshalOptions{}.MarshalAppend(b, wire.FromLink(&r.link, 0))
	if err != nil || len(b) > maxSize {
		return nil
	}
	copy(b, magic)
	// A whole page's length is written as 16384, which fits.
	binary.LittleEndian.PutUint16(b[2:], uint16(len(b)))
	binary.LittleEndian.PutUint64(b[8:], hash)
	binary.LittleEndian.PutUint64(b[16:], r.epoch)
	binary.LittleEndian.PutUint64(b[24:], uint64(r.asked))
	binary.LittleEndian.PutUint32(b[4:], sum(b))
	return b
}

func sum(record []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli) // kept by the library
	return crc32.Update(crc32.Checksum(record[2:4], table), table, record[8:])
}

// intact gives the record that b begins with, or nil if there is none whose
// checksum is right.
func intact(b []byte) []byte {
	if len(b) < headerSize || !bytes.HasPrefix(b, magic) {
		return nil
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	if n < headerSize || n > len(b) || binary.LittleEndian.Uint32(b[4:]) != sum(b[:n]) {
		return nil
	}
	return b[:n]
}

func hashIn(raw []byte) uint64 { return binary.LittleEndian.Uint64(raw[8:]) }

// decode reads an intact record. ok is false for a link that must not be served,
// such as one that an older build would have accepted.
func decode(raw []byte) (r record, ok bool) {
	w := new(wire.Record)
	if err := proto.Unmarshal(raw[headerSize:], w); err != nil {
		return record{}, false
	}
	l, err := w.ToLink()
	if err != nil {
		return record{}, false
	}
	return record{
		link:  l,
		epoch: binary.LittleEndian.Uint64(raw[16:]),
		asked: int64(binary.LittleEndian.Uint64(raw[24:])),
	}, true
}
