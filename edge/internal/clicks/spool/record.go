package spool

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
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
//
// Agents and queries are long and few: a text stands once in a segment, as a
// record of its own whose agent it is, and clicks behind it say where that begins.
const (
	atCRC     = 4
	atTime    = 8
	atVisitor = 16
	atFormat  = 20
	atLengths = 21
	header    = 28

	fields = header - atLengths
)

// Formats.
const (
	whole    = 1 // a click, of an earlier build: agent and query stand in it
	referred = 2 // a click; agent and query are the places of texts
	text     = 3 // a text
)

// place is the size of where a text begins, in bytes from the segment's start.
const place = 4

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
	maxText     = header + max(maxAgent, maxQuery)
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
	// AgentHash and QueryHash stand for the texts when they are looked for: texts of
	// one length and hash are taken for one. So the hash must be keyed with a secret.
	// Not kept.
	AgentHash, QueryHash uint64
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
// there is not enough room. What stands for agent and query depends on the format.
// Hot path: 0 allocs.
func (r *Record) encode(room []byte, format uint8, agent, query []byte) (length int) {
	var space [maxNetwork]byte
	network := networkOf(r.Network, &space)
	domain, code := cut(r.Domain, maxDomain), cut(r.Code, maxCode)
	referrer, language := cut(r.Referrer, maxReferrer), cut(r.Language, maxLanguage)
	length = header + len(network) + len(domain) + len(code) + len(agent) + len(referrer) + len(language) + len(query)
	if padded(length) > len(room) {
		return 0
	}
	room = room[:length]
	binary.NativeEndian.PutUint64(room[atTime:], uint64(r.At))
	binary.NativeEndian.PutUint32(room[atVisitor:], r.Visitor)
	// At once: bytes that are stored singly and copied as one keep the processor waiting.
	binary.LittleEndian.PutUint64(room[atFormat:], uint64(format)|uint64(len(network))<<8|uint64(len(domain))<<16|uint64(len(code))<<24|
		uint64(len(agent))<<32|uint64(len(referrer))<<40|uint64(len(language))<<48|uint64(len(query))<<56)
	// One behind the other, the field's order. Most are empty, and a copy is a call.
	at := header + copy(room[header:], network)
	at += copy(room[at:], domain)
	at += copy(room[at:], code)
	if at < length {
		at += copy(room[at:], agent)
		at += copy(room[at:], referrer)
		at += copy(room[at:], language)
		copy(room[at:], query)
	}
	binary.NativeEndian.PutUint32(room[atCRC:], crc32.Update(0, castagnoli, room[atTime:]))
	return length
}

// commit makes the record at the start of room exist. A plain store will do: a
// reader learns under the ring's mutex how far to read, a process is killed between
// two instructions, and what a power failure tears the checksum shows.
func commit(room []byte, length int) {
	binary.NativeEndian.PutUint32(room, uint32(length))
}

// padded is the room that a record takes.
func padded(length int) int { return (length + 7) &^ 7 }
