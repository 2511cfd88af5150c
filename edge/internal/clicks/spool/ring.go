package spool

import (
	"encoding/binary"
	"sync"
)

// ring takes the records of some of the handlers. Its mutex is held to copy a
// record or to change segments, never longer, and never across I/O.
type ring struct {
	mu     sync.Mutex
	room   []byte   // of the segment, behind what was appended; nil: there is none
	filled *segment // the one being filled, or nil
	known  known    // texts in it
	count  uint64   // records appended
	next   *segment // the one after, or nil
	closed bool     // there will be no more
	_      [64]byte // the next ring has a cache line of its own
}

// append copies r and says whether there was room, and whether the ring needs
// another segment. Hot path: 0 allocs.
func (g *ring) append(r *Record) (ok, hungry bool) {
	g.mu.Lock()
	if ok = g.put(r); !ok {
		g.turn()
		ok, hungry = g.put(r), true
	}
	if ok {
		g.count++
	}
	g.mu.Unlock()
	return ok, hungry
}

// appended is how many records were.
func (g *ring) appended() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.count
}

// put copies r into the segment, behind the texts that it is the first to have,
// and says whether there was room. g.mu is held.
func (g *ring) put(r *Record) bool {
	var agent, query [place]byte
	a, hasAgent := g.refer(&agent, cut(r.Agent, maxAgent), r.AgentHash)
	q, hasQuery := g.refer(&query, cut(r.Query, maxQuery), r.QueryHash)
	return hasAgent && hasQuery && g.commit(r.encode(g.room, referred, a, q))
}

// refer tells where a text stands in the segment, and puts it there if it does
// not. ok says that there was room. g.mu is held.
func (g *ring) refer(at *[place]byte, words []byte, hash uint64) (reference []byte, ok bool) {
	if len(words) == 0 {
		return nil, true
	}
	if g.filled == nil {
		return nil, false
	}
	k := g.known.of(hash)
	if !k.is(words, hash) {
		begin := g.filled.end
		if !g.commit((&Record{}).encode(g.room, text, words, nil)) {
			return nil, false
		}
		k.hash, k.at, k.length = hash, begin, uint32(len(words))
	}
	binary.NativeEndian.PutUint32(at[:], k.at)
	return at[:], true
}

// commit makes the record exist that was encoded at the start of the room, and
// says whether there was one. g.mu is held.
func (g *ring) commit(length int) bool {
	if length == 0 {
		return false
	}
	commit(g.room, length)
	g.room = g.room[padded(length):]
	g.filled.end += uint32(padded(length))
	return true
}

// turn goes on to the next segment, if there is one. g.mu is held.
func (g *ring) turn() {
	if g.filled == nil && g.next == nil {
		return // what finds no room must not cost more than what does
	}
	if g.filled != nil {
		g.filled.full = true
	}
	g.filled, g.next, g.room = g.next, nil, nil
	clear(g.known[:]) // in place: assigned, it would pass over the stack of every connection
	if g.filled != nil {
		g.room = g.filled.mapping
	}
}

// hungry says whether the ring has room for another segment.
func (g *ring) hungry() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.next == nil && !g.closed
}

// feed gives the ring its next segment, unless it was closed.
func (g *ring) feed(s *segment) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		s.full = true
		return
	}
	g.next = s
}

// abandon makes the ring fill another segment, if it is s that it fills.
func (g *ring) abandon(s *segment) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.filled == s {
		g.turn()
	}
}

// close ends the ring: nothing is appended any more.
func (g *ring) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn()
	g.turn()
	g.closed = true
}
