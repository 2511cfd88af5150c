package spool

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
)

// verdict is what stands at a place of a segment.
type verdict int

const (
	sound   verdict = iota
	vacant          // nothing, yet
	damaged         // a record that cannot be read; the next one can
	lost            // nothing from here on can be read
)

// scan reads the record at the start of text into r, whose fields then point into
// text. size is the room that it takes, and crc its checksum.
func scan(text []byte, r *Record) (size int, crc uint32, v verdict) {
	if len(text) < atCRC {
		return 0, 0, vacant
	}
	length := uint64(binary.NativeEndian.Uint32(text))
	size = int(length+7) &^ 7
	switch {
	case length == 0:
		return 0, 0, vacant
	case length < header || length > maxRecord || size > len(text):
		return 0, 0, lost
	}
	text = text[:length]
	crc = binary.NativeEndian.Uint32(text[atCRC:])
	if crc32.Update(0, castagnoli, text[atTime:]) != crc || text[atFormat] != format || !r.decode(text) {
		return size, crc, damaged
	}
	return size, crc, sound
}

func (r *Record) decode(text []byte) bool {
	var parts [fields][]byte
	at := header
	for i := range parts {
		next := at + int(text[atLengths+i])
		if next > len(text) {
			return false
		}
		parts[i], at = text[at:next:next], next
	}
	*r = Record{
		At:      int64(binary.NativeEndian.Uint64(text[atTime:])),
		Visitor: binary.NativeEndian.Uint32(text[atVisitor:]),
		Network: addressOf(parts[0]),
		Domain:  parts[1], Code: parts[2], Agent: parts[3], Referrer: parts[4], Language: parts[5], Query: parts[6],
	}
	return at == len(text)
}

func addressOf(network []byte) netip.Addr {
	switch len(network) {
	case 3:
		return netip.AddrFrom4([4]byte{network[0], network[1], network[2]})
	case maxNetwork:
		var b [16]byte
		copy(b[:], network)
		return netip.AddrFrom16(b)
	}
	return netip.Addr{}
}
