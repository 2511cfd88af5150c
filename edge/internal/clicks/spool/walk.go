package spool

import "io"

// harvest is what a walk gathers.
type harvest struct {
	take   func(*Record) bool // says whether it wants more
	sated  bool               // it did not
	count  uint64             // records taken
	hurt   uint64             // places that could not be read
	digest uint64             // of the records taken, their texts and their order
	record Record
}

// The digest is FNV-1a's scheme, with a record's checksum for a byte.
const (
	digestBasis = 14695981039346656037
	digestPrime = 1099511628211
)

func newHarvest(take func(*Record) bool) *harvest { return &harvest{take: take, digest: digestBasis} }

// mix adds a record to the digest.
func (h *harvest) mix(crc uint32) { h.digest = (h.digest ^ uint64(crc)) * digestPrime }

func (h *harvest) add(crc uint32) {
	h.count++
	h.mix(crc)
	h.sated = !h.take(&h.record) || h.sated
}

// walk reads a ring's records from a place on: up to a place that is to be
// reached, or, if that is nil, up to where the records end now or the harvest is
// sated. It tells where it stopped.
func (r *reader) walk(ring int, from position, to *position, h *harvest) position {
	at := from
	for _, s := range r.epoch.ring(ring) {
		if s.number < at.Segment {
			continue
		}
		if to != nil && s.number > to.Segment {
			break
		}
		if s.number > at.Segment {
			at = position{Segment: s.number}
		}
		end, full := s.records()
		if to != nil && s.number == to.Segment {
			end = min(end, to.Offset)
		}
		if end > at.Offset {
			at.Offset += r.gather(ring, s, at.Offset, end, to != nil, h)
		}
		if to == nil && (!full || h.sated) {
			break
		}
	}
	return at
}

// gather takes the records between two places of a segment and tells how far it
// came.
func (r *reader) gather(ring int, s *segment, from, end uint32, all bool, h *harvest) (read uint32) {
	if len(r.room) < int(end-from) {
		r.room = make([]byte, min(2*int(end-from), s.size))
	}
	page, err := s.read(r.path(ring, s), from, end, r.room)
	if err != nil && err != io.EOF {
		h.hurt++
		return end - from // what cannot be read is given up, or it would be in the way for ever
	}
	texts := r.textsOf(ring, s)
	for at := 0; ; {
		size, crc, v := scan(page[at:], &h.record)
		switch v {
		case vacant:
			if stop := from + uint32(at); stop < end {
				s.endAt(stop) // an earlier process's segment: this is where its records end
			}
			return uint32(at)
		case lost:
			h.hurt++
			return end - from
		case damaged:
			h.hurt++
		case spoken:
			texts.learn(from+uint32(at), h.record.Agent)
			h.mix(crc)
		case brief:
			h.record.Agent, h.record.Query = texts.at(h.record.Agent), texts.at(h.record.Query)
			h.add(crc)
		case sound:
			h.add(crc)
		}
		at += size
		if h.sated && !all {
			return uint32(at)
		}
	}
}
