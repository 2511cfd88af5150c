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
	brief           // a record that says where agent and query stand
	spoken          // a text, as the record's agent
	vacant          // nothing, yet
	damaged         // a record that cannot be read; the next one can
	lost            // nothing from here on can be read
)

// scan reads the record at the start of page into r, whose fields then point into
// page. size is the room that it takes, and crc its checksum.
func scan(page []byte, r *Record) (size int, crc uint32, v verdict) {
	if len(page) < atCRC {
		return 0, 0, vacant
	}
	length := uint64(binary.NativeEndian.Uint32(page))
	size = int(length+7) &^ 7
	switch {
	case length == 0:
		return 0, 0, vacant
	case length < header || length > maxRecord || size > len(page):
		return 0, 0, lost
	}
	page = page[:length]
	crc = binary.NativeEndian.Uint32(page[atCRC:])
	if crc32.Update(0, castagnoli, page[atTime:]) != crc || !r.decode(page) {
		return size, crc, damaged
	}
	switch page[atFormat] {
	case whole:
		return size, crc, sound
	case referred:
		return size, crc, brief
	case text:
		return size, crc, spoken
	}
	return size, crc, damaged
}

func (r *Record) decode(page []byte) bool {
	var parts [fields][]byte
	at := header
	for i := range parts {
		next := at + int(page[atLengths+i])
		if next > len(page) {
			return false
		}
		parts[i], at = page[at:next:next], next
	}
	*r = Record{
		At:      int64(binary.NativeEndian.Uint64(page[atTime:])),
		Visitor: binary.NativeEndian.Uint32(page[atVisitor:]),
		Network: addressOf(parts[0]),
		Domain:  parts[1], Code: parts[2], Agent: parts[3], Referrer: parts[4], Language: parts[5], Query: parts[6],
	}
	return at == len(page)
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
