package spool

import (
	"bytes"
	"encoding/binary"
)

// texts are what clicks of a segment refer to, by where it stands there. A walk
// learns them on its way; one that begins behind them reads them when they are
// asked for.
type texts struct {
	segment *segment
	path    string
	known   map[uint32][]byte
}

// textsOf gives the texts of a segment, which takes the place of the ring's last.
func (r *reader) textsOf(ring int, s *segment) *texts {
	t := &r.texts[ring]
	if t.segment != s {
		t.segment, t.known = s, make(map[uint32][]byte)
	}
	t.path = r.path(ring, s) // an epoch may have been set aside since
	return t
}

func (t *texts) learn(at uint32, words []byte) []byte {
	words = bytes.Clone(words)
	t.known[at] = words
	return words
}

// at gives the text at a place; empty if it cannot be read, which the walk that
// came by has counted.
func (t *texts) at(reference []byte) []byte {
	if len(reference) != place {
		return nil
	}
	at := binary.NativeEndian.Uint32(reference)
	if words, known := t.known[at]; known {
		return words
	}
	return t.learn(at, t.read(at))
}

func (t *texts) read(at uint32) []byte {
	end, _ := t.segment.records()
	if at >= end {
		return nil
	}
	page, _ := t.segment.read(t.path, at, min(at+maxText, end), make([]byte, maxText)) // what is there is enough, or not sound
	var r Record
	if _, _, v := scan(page, &r); v != spoken {
		return nil
	}
	return r.Agent
}
