package spool

import "sync"

// ring takes the records of some of the handlers. Its mutex is held to copy a
// record or to change segments, never longer, and never across I/O.
type ring struct {
	mu     sync.Mutex
	room   []byte   // of the segment, behind what was appended; nil: there is none
	used   uint32   // bytes of the segment
	filled *segment // the one being filled, or nil
	next   *segment // the one after, or nil
	closed bool     // there will be no more
	_      [64]byte // the next ring has a cache line of its own
}

// append copies r and says whether there was room, and whether the ring needs
// another segment. Hot path: 0 allocs.
func (g *ring) append(r *Record) (ok, hungry bool) {
	g.mu.Lock()
	length := r.encode(g.room)
	if length == 0 {
		g.turn()
		hungry = true
		length = r.encode(g.room)
	}
	if length > 0 {
		commit(g.room, length)
		g.used += uint32(padded(length))
		g.room = g.room[padded(length):]
		g.filled.end.Store(g.used)
	}
	g.mu.Unlock()
	return length > 0, hungry
}

// turn goes on to the next segment, if there is one. g.mu is held.
func (g *ring) turn() {
	if g.filled != nil {
		g.filled.full.Store(true)
	}
	g.filled, g.next, g.room, g.used = g.next, nil, nil, 0
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
		s.full.Store(true)
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
