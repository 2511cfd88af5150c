package spool

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"sync/atomic"
	"unsafe"
)

// A record in a segment, in the machine's own byte order, at a multiple of eight:
//
//	 0 length, without padding; stored last. 0: the segment ends here
//	 4 CRC-32C of what follows
//	 8 Unix milliseconds
//	16 visitor
//	20 format
//	21 lengths of network, domain, code, agent, referrer, language and query
//	28 these, one behind the other
const (
	atCRC     = 4
	atTime    = 8
	atVisitor = 16
	atFormat  = 20
	atLengths = 21
	header    = 28

	format = 1
	fields = header - atLengths
)

// The longest that is kept of each; what is longer is cut.
const (
	maxDomain   = 253
	maxCode     = 255
	maxAgent    = 255
	maxReferrer = 100
	maxLanguage = 16
	maxQuery    = 255
	maxNetwork  = 6
	maxRecord   = header + maxNetwork + maxDomain + maxCode + maxAgent + maxReferrer + maxLanguage + maxQuery
)

// castagnoli is never written to.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Record is a click.
type Record struct {
	At int64 // Unix milliseconds
	// Visitor is a register of the day's sketch; 0: not known.
	Visitor uint32
	// Network is the visitor's address. Only its first 3 bytes (IPv4) or 6 (IPv6)
	// are kept; the rest reads as zero. Not valid if it is not known.
	Network netip.Addr
	// Domain and Code name the link.
	Domain, Code []byte
	// Agent, Referrer, Language and Query are what is kept of the request.
	Agent, Referrer, Language, Query []byte
}

// parts are the fields after the header, cut to their bounds. network backs the
// first.
func (r *Record) parts(network *[maxNetwork]byte) [fields][]byte {
	return [fields][]byte{
		networkOf(r.Network, network), cut(r.Domain, maxDomain), cut(r.Code, maxCode), cut(r.Agent, maxAgent),
		cut(r.Referrer, maxReferrer), cut(r.Language, maxLanguage), cut(r.Query, maxQuery),
	}
}

func cut(b []byte, most int) []byte { return b[:min(len(b), most)] }

func networkOf(a netip.Addr, room *[maxNetwork]byte) []byte {
	a = a.Unmap()
	switch {
	case a.Is4():
		b := a.As4()
		return room[:copy(room[:], b[:3])]
	case a.Is6():
		b := a.As16()
		return room[:copy(room[:], b[:6])]
	}
	return nil
}

// encode writes r at the start of room, but for its length, and gives that; 0 if
// there is not enough room. Hot path: 0 allocs.
func (r *Record) encode(room []byte) (length int) {
	var network [maxNetwork]byte
	parts := r.parts(&network)
	length = header
	for i := range parts {
		length += len(parts[i])
	}
	if padded(length) > len(room) {
		return 0
	}
	binary.NativeEndian.PutUint64(room[atTime:], uint64(r.At))
	binary.NativeEndian.PutUint32(room[atVisitor:], r.Visitor)
	room[atFormat] = format
	at := header
	for i := range parts {
		room[atLengths+i] = uint8(len(parts[i]))
		at += copy(room[at:], parts[i])
	}
	binary.NativeEndian.PutUint32(room[atCRC:], crc32.Update(0, castagnoli, room[atTime:length]))
	return length
}

// commit makes the record at the start of room exist.
func commit(room []byte, length int) {
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&room[0])), uint32(length))
}

// padded is the room that a record takes.
func padded(length int) int { return (length + 7) &^ 7 }
