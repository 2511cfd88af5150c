package crowd

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// Listener accepts at most so many connections at once. It is safe for concurrent
// use.
type Listener struct {
	net.Listener
	most int

	mu      sync.Mutex
	changed *sync.Cond // of mu; an end, or a connection that has no request any more
	open    int        // mu
	idle    *list.List // mu; *conn without a request, for longest in front
	shed    int        // mu; connections that made room
	closed  bool       // mu
}

// Limit accepts from l. The connections of an http.Server can make room if its
// ConnState is the listener's State; others only wait.
func Limit(l net.Listener, most int) *Listener {
	limited := &Listener{Listener: l, most: most, idle: list.New()}
	limited.changed = sync.NewCond(&limited.mu)
	return limited
}

// Open is how many connections there are.
func (l *Listener) Open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

// Shed is how many connections have been closed to make room.
func (l *Listener) Shed() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shed
}

// Accept waits for a connection, and until there is room for it.
func (l *Listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if !l.enter() {
		accepted.Close()
		return nil, net.ErrClosed
	}
	return &conn{Conn: accepted, crowd: l}, nil
}

// Close also ends an Accept that waits for room. Connections stay.
func (l *Listener) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.changed.Broadcast()
	return l.Listener.Close()
}

// enter takes a place, which it may have to make; ok is false when the listener is
// closed.
func (l *Listener) enter() (ok bool) {
	for {
		oldest, entered := l.tryEnter()
		if oldest == nil {
			return entered
		}
		oldest.Close()
	}
}

// tryEnter takes a place, or says who has to go first.
func (l *Listener) tryEnter() (oldest *conn, entered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.open >= l.most && l.idle.Len() == 0 && !l.closed {
		l.changed.Wait()
	}
	switch {
	case l.closed:
		return nil, false
	case l.open < l.most:
		l.open++
		return nil, true
	}
	oldest = l.idle.Front().Value.(*conn)
	oldest.rest(false)
	l.shed++
	return oldest, false
}

// State is an http.Server's ConnState. A connection whose first request has not come,
// or not the whole head of its next, has none.
func (l *Listener) State(c net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, ok := c.(*conn); ok {
		one.rest(state == http.StateNew || state == http.StateIdle)
	}
}

// leave frees a place.
func (l *Listener) leave(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.rest(false)
	c.gone = true
	l.open--
	l.changed.Broadcast()
}

// conn is a connection that counts.
type conn struct {
	net.Conn
	crowd *Listener
	place *list.Element // crowd.mu; in crowd.idle, nil if it has a request
	gone  bool          // crowd.mu
	once  sync.Once
}

// Close frees the connection's place.
func (c *conn) Close() (err error) {
	c.once.Do(func() {
		err = c.Conn.Close()
		c.crowd.leave(c)
	})
	return err
}

// CloseWrite ends what is sent and goes on receiving: else a client that still sends
// its body would have the answer cut off, since the kernel resets what is closed unread.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// rest notes whether c is without a request from now on; crowd.mu is held.
func (c *conn) rest(idle bool) {
	if c.place != nil {
		c.crowd.idle.Remove(c.place)
		c.place = nil
	}
	if idle && !c.gone {
		c.place = c.crowd.idle.PushBack(c)
		c.crowd.changed.Broadcast()
	}
}
