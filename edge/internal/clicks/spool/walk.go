package spool

import (
	"io"

	"github.com/fingerpost/fingerpost/edge/internal/loop"
)

// harvest is what a walk gathers.
type harvest struct {
	take   func(*Record) bool // says whether it wants more
	whole  bool               // all is wanted, whatever take says
	sated  bool               // take wants no more
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
			at.Offset = r.gather(ring, s, at.Offset, end, h)
		}
		if to == nil && (!full || h.sated) {
			break
		}
	}
	return at
}

// piece is how much of a segment is read at once: what has left the processor's
// cache before it is looked at is read twice, and what a piece says is dealt with in
// half a millisecond.
const piece = 128 << 10

// gather takes the records between two places of a segment and tells where it
// stopped.
func (r *reader) gather(ring int, s *segment, from, end uint32, h *harvest) (reached uint32) {
	texts := r.textsOf(ring, s)
	for at := from; ; {
		to := min(at+piece, end)
		page, err := s.read(texts.path, at, to, r.room)
		if err != nil && err != io.EOF {
			h.hurt++
			return end // what cannot be read is given up, or it would be in the way for ever
		}
		read, v := h.reap(page, at, texts, to == end || err == io.EOF)
		at += read
		switch {
		case v == lost:
			h.hurt++
			return end
		case v == vacant && at < end:
			s.endAt(at) // an earlier process's segment: this is where its records end
			return at
		case v == vacant, h.sated && !h.whole:
			return at
		}
		loop.Yield()
	}
}

// reap takes the records of a piece of a segment, which begins at a place there. It
// tells how many bytes it took, and what stands behind them if no record does: where
// the piece is not the last one, it leaves a record that may go on in the next.
func (h *harvest) reap(page []byte, at uint32, texts *texts, last bool) (read uint32, v verdict) {
	for last || len(page)-int(read) >= padded(maxRecord) {
		size, crc, v := scan(page[read:], &h.record)
		switch v {
		case vacant, lost:
			return read, v
		case damaged:
			h.hurt++
		case spoken:
			texts.learn(at+read, h.record.Agent)
			h.mix(crc)
		case brief:
			h.record.Agent, h.record.Query = texts.at(h.record.Agent), texts.at(h.record.Query)
			h.add(crc)
		case sound:
			h.add(crc)
		}
		read += uint32(size)
		if h.sated && !h.whole {
			break
		}
	}
	return read, sound
}
