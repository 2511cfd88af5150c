package guard

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Guard makes guarded connections.
type Guard struct {
	options      Options
	desks, large sync.Pool // of *desk and *[MaxHead]byte
}

// desk is where a connection's heads are received and answered. There are as many
// as requests at a time, not as connections.
type desk struct {
	head   [1024]byte // enough for most
	answer [512]byte  // a quick one
}

// New checks the options.
func New(o Options) (*Guard, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	return &Guard{
		options: o,
		desks:   sync.Pool{New: func() any { return new(desk) }},
		large:   sync.Pool{New: func() any { return new([MaxHead]byte) }},
	}, nil
}

// Conn reads whole heads that are fit to be handed on. When one is not, it
// answers in the server's stead and then reads as ended. All fields belong to
// the goroutine that reads.
type Conn struct {
	net.Conn
	guard *Guard
	desk  *desk          // borrowed, or nil while nothing of a head is there
	large *[MaxHead]byte // borrowed for a larger head, or nil
	// What was received: before given it was handed on, before whole it may be,
	// before end it is not known yet.
	given, whole, end int
	next              facts     // of the head at given, if nextLength is its length
	nextLength        int       // 0: it was not looked at yet
	status            int       // what the head at whole is refused with
	deadline          time.Time // as the server set it
	hurried           bool      // whether a head's own deadline stands instead
}

// Conn guards c.
func (g *Guard) Conn(c net.Conn) *Conn { return &Conn{Conn: c, guard: g} }

// Read gives bytes of whole heads only. Hot path: 0 allocs.
func (c *Conn) Read(p []byte) (int, error) {
	if err := c.await(); err != nil {
		return 0, err
	}
	n := copy(p, c.buffer()[c.given:c.whole])
	c.given += n
	c.release()
	return n, nil
}

// await waits until there is a whole head at given.
func (c *Conn) await() error {
	for c.given == c.whole {
		if c.status != 0 {
			// What came before has been answered by now: the server reads only when
			// it has nothing left.
			c.refuse()
			return io.EOF
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
	return nil
}

// release empties the buffer if all in it was handed on.
func (c *Conn) release() {
	c.nextLength = 0
	if c.given == c.end {
		c.given, c.whole, c.end = 0, 0, 0
		c.giveBack()
	}
}

// SetReadDeadline keeps what the server sets, for a head's own deadline stands
// in its place meanwhile.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.deadline = t
	return c.Conn.SetReadDeadline(t)
}

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (c *Conn) SetDeadline(t time.Time) error {
	c.deadline = t
	return c.Conn.SetDeadline(t)
}

// fill receives once, and looks at what there is then.
func (c *Conn) fill() error {
	c.makeRoom()
	if c.end > 0 {
		c.hurry()
	}
	n, err := c.Conn.Read(c.buffer()[c.end:])
	if n == 0 && err != nil {
		return c.broken(err)
	}
	c.end += n
	c.examine()
	return nil
}

// makeRoom moves what is left to the front, and borrows a large buffer if the
// desk's is full. A large one is never full: such a head has been refused.
func (c *Conn) makeRoom() {
	c.sit()
	if c.given > 0 {
		b := c.buffer()
		c.end = copy(b, b[c.given:c.end])
		c.given, c.whole = 0, 0
	}
	if c.large == nil && c.end == len(c.desk.head) {
		c.large = c.guard.large.Get().(*[MaxHead]byte)
		copy(c.large[:], c.desk.head[:])
	}
}

// sit borrows a desk.
func (c *Conn) sit() {
	if c.desk == nil {
		c.desk = c.guard.desks.Get().(*desk)
	}
}

// rise gives it back.
func (c *Conn) rise() {
	c.guard.desks.Put(c.desk)
	c.desk = nil
}

func (c *Conn) buffer() []byte {
	if c.large != nil {
		return c.large[:]
	}
	return c.desk.head[:]
}

func (c *Conn) giveBack() {
	if c.large != nil {
		c.guard.large.Put(c.large)
		c.large = nil
	}
}

// examine looks at every head that has arrived whole.
func (c *Conn) examine() {
	b := c.buffer()
	for c.whole < c.end {
		next := c.whole == c.given
		f := &c.next
		if !next {
			f = new(facts) // stays on the stack
		}
		*f = facts{}
		n, status := f.head(b[c.whole:c.end])
		if n == 0 {
			c.status = status
			return
		}
		if next {
			c.nextLength = n
		}
		c.whole += n
		c.relax()
	}
}

// hurry sets the deadline of the head that has begun to arrive.
func (c *Conn) hurry() {
	if c.hurried {
		return
	}
	c.hurried = true
	t := c.guard.options.Now().Add(c.guard.options.Header)
	if c.deadline.IsZero() || t.Before(c.deadline) {
		_ = c.Conn.SetReadDeadline(t) // if it fails, so does the read
	}
}

func (c *Conn) relax() {
	if c.hurried {
		c.hurried = false
		_ = c.Conn.SetReadDeadline(c.deadline)
	}
}

// broken ends a connection on which no more can be received. Part of a head
// gets an answer; silence between heads gets none.
func (c *Conn) broken(err error) error {
	switch {
	case c.end == 0 && errors.Is(err, os.ErrDeadlineExceeded):
		return io.EOF // or the server would answer who has asked nothing
	case c.end == 0:
		return err
	case errors.Is(err, io.EOF):
		c.status = Bad
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.status = TooLate
	default:
		return err
	}
	return nil
}
