package guard

import (
	"net"
	"net/netip"
)

// Plain is a guarded connection that hands on, in a head's stead, the shortest
// one that the server answers alike. What the client asked for is here for the
// handler, as it was sent. So nothing is parsed twice, the server's buffers are
// small, and what the server would make of an odd head does not matter.
//
// One head is handed on at a time. What the methods give is valid until the
// server reads again, that is, until the request has been answered.
type Plain struct {
	*Conn
	socket socket             // nil if the connection has none
	burst  func() (done bool) // p.serve, bound once for all
	failed error              // what ended a burst
	left   string             // of the head that is being handed on
	raw    []byte             // the head itself, in the Conn's buffer
	peer   netip.Addr         // not valid before it was asked for
}

// socket is a connection that can be waited for without being read.
type socket interface {
	// WhileReadable calls serve now, and again whenever something has arrived,
	// until it says that it is done.
	WhileReadable(serve func() (done bool)) error
	// TryRead reads within serve, and never waits: 0 without an error means that
	// nothing has arrived.
	TryRead(b []byte) (int, error)
}

// Plain guards c.
func (g *Guard) Plain(c net.Conn) *Plain {
	p := &Plain{Conn: g.Conn(c)}
	p.burst = p.serve
	if s, ok := c.(socket); ok && g.options.Quick != nil {
		p.socket = s
	}
	return p
}

// Await answers what can be answered quickly, until there is a head for the server
// to read. An error ends the connection. Hot path: 0 allocs.
func (p *Plain) Await() error {
	for !p.Pending() {
		p.raw = nil
		p.release()
		if err := p.advance(); err != nil {
			return err
		}
	}
	return nil
}

// Pending says that the server has not read all of a head yet.
func (p *Plain) Pending() bool { return p.left != "" }

// Read gives the bytes of one plain head. Hot path: 0 allocs.
func (p *Plain) Read(b []byte) (int, error) {
	if err := p.Await(); err != nil {
		return 0, err
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// advance deals with at least one head. All that can be answered quickly are
// dealt with here while they arrive whole.
func (p *Plain) advance() error {
	if p.socket != nil && p.end == 0 {
		p.failed = nil
		err := p.socket.WhileReadable(p.burst)
		switch {
		case err != nil:
			return p.broken(err)
		case p.failed != nil || p.Pending():
			return p.failed
		}
	}
	if err := p.await(); err != nil {
		return err
	}
	p.take()
	return p.quickly()
}

// serve answers what has arrived, and is done when something is left to others.
func (p *Plain) serve() (done bool) {
	p.sit()
	for {
		n, err := p.socket.TryRead(p.desk.head[:])
		if err != nil {
			p.failed = p.broken(err)
			return true
		}
		if n == 0 {
			p.rise()
			return false
		}
		p.end = n
		p.examine()
		for p.given < p.whole {
			p.take()
			if p.failed = p.quickly(); p.failed != nil || p.Pending() {
				return true
			}
			p.release()
		}
		if p.end > 0 || p.status != 0 {
			return true
		}
	}
}

// take moves on to the head that has arrived.
func (p *Plain) take() {
	c := p.Conn
	p.raw = c.buffer()[c.given:c.whole]
	if c.nextLength == 0 { // it arrived together with the one before
		c.next = facts{}
		c.nextLength, _ = c.next.head(p.raw)
	}
	p.raw = p.raw[:c.nextLength]
	c.given += c.nextLength
	p.left = c.next.plain()
}

// quickly answers without the server, if that can be done. The next head follows
// then.
func (p *Plain) quickly() error {
	quick, f := p.guard.options.Quick, &p.next
	if quick == nil || f.headOnly || f.old || f.closes {
		return nil
	}
	answer := quick(p, p.desk.answer[:0])
	if answer == nil {
		return nil
	}
	p.left = ""
	_, err := p.Conn.Write(answer)
	return err
}

// plain is the head that stands for all with these facts.
func (f *facts) plain() string {
	switch {
	case !f.headOnly && !f.old && !f.closes:
		return "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	case !f.headOnly && !f.old:
		return "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	case !f.old && !f.closes:
		return "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
	case !f.old:
		return "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	case !f.headOnly && f.keeps && !f.closes:
		return "GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"
	case !f.headOnly:
		return "GET / HTTP/1.0\r\nHost: x\r\n\r\n"
	case f.keeps && !f.closes:
		return "HEAD / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"
	}
	return "HEAD / HTTP/1.0\r\nHost: x\r\n\r\n"
}
