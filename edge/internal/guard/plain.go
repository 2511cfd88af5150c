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
	left string     // of the head that is being handed on
	raw  []byte     // the head itself, in the Conn's buffer
	peer netip.Addr // not valid before it was asked for
}

// Socket is read without waiting.
type Socket interface {
	// TryRead reads what has arrived; 0 without an error means nothing.
	TryRead(b []byte) (int, error)
}

// Plain guards c.
func (g *Guard) Plain(c net.Conn) *Plain { return &Plain{Conn: g.Conn(c)} }

// Glance appends answers to what has arrived on s, which is the guarded
// connection's, as far as they can be given without waiting, and says whether that
// was all. If not, the rest is for Advance, or for the server if it is Pending. now is
// Unix milliseconds. A buffer's worth is dealt with at once, so that whoever sends much
// does not keep others waiting. An error ends the connection. Hot path: 0 allocs.
func (p *Plain) Glance(s Socket, now int64, answers []byte) (all []byte, done bool, err error) {
	p.sit()
	n, err := s.TryRead(p.desk.head[:])
	if n == 0 {
		p.rise()
		return answers, true, err
	}
	p.end = n
	p.examine()
	for p.given < p.whole {
		p.take()
		more := p.quick(now, answers)
		if more == nil {
			return answers, false, nil
		}
		answers, p.left = more, ""
		p.release()
	}
	if p.end > 0 || p.status != 0 || n == len(p.desk.head) { // if so, more may be there
		return answers, false, nil
	}
	p.rise()
	return answers, true, nil
}

// Pending says that the server has not read all of a head yet.
func (p *Plain) Pending() bool { return p.left != "" }

// Read gives the bytes of one plain head. Hot path: 0 allocs.
func (p *Plain) Read(b []byte) (int, error) {
	for !p.Pending() {
		if err := p.Advance(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// Advance deals with one head, which it waits for: it is answered quickly, or
// Pending then. An error ends the connection. Hot path: 0 allocs.
func (p *Plain) Advance() error {
	p.raw = nil
	p.release()
	if err := p.await(); err != nil {
		return err
	}
	p.take()
	answer := p.quick(p.guard.options.Now().UnixMilli(), p.desk.answer[:0])
	if answer == nil {
		return nil
	}
	p.left = ""
	_, err := p.Conn.Write(answer)
	return err
}

// Settle says that nothing is left of what has arrived, nor of answers to it. The
// connection has no buffers then.
func (p *Plain) Settle() bool {
	if p.Pending() || p.given < p.end || p.status != 0 {
		return false
	}
	p.raw = nil
	p.release()
	if p.desk != nil {
		p.rise()
	}
	return true
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

// quick appends the whole answer, if it can be given without the server, or is nil.
func (p *Plain) quick(now int64, answers []byte) []byte {
	quick, f := p.guard.options.Quick, &p.next
	if quick == nil || f.headOnly || f.old || f.closes {
		return nil
	}
	return quick(p, now, answers)
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
