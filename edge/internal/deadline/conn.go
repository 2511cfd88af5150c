package deadline

import (
	"errors"
	"net"
	"time"
)

// never is when a deadline was set that was not.
const never = 0

// conn's fields belong to the goroutine that reads and writes.
type conn struct {
	net.Conn
	keeper *Keeper
	// When the deadlines were set, in the keeper's steps.
	reading, writing int64
	// Whether somebody set them himself.
	readingTaken, writingTaken bool
	// asked says that an answer was written at least once; begun, that something
	// was received since; hurried, that Header runs because of it.
	asked, begun, hurried bool
}

// Read keeps the deadline for what the client sends. Hot path: 0 allocs.
func (c *conn) Read(p []byte) (int, error) {
	if err := c.awaitClient(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	c.begun = c.begun || n > 0
	return n, err
}

// awaitClient sets the deadline that holds now, if it does not stand already.
func (c *conn) awaitClient() error {
	now, wait := c.keeper.steps.Load(), c.keeper.options.Idle
	switch {
	case c.readingTaken || c.hurried:
		return nil
	case c.begun || !c.asked:
		c.hurried = true
		wait = c.keeper.options.Header
	case c.reading != never && now-c.reading < renewal:
		return nil
	}
	c.reading = now
	return c.Conn.SetReadDeadline(time.Now().Add(wait))
}

// Write keeps the deadline for what the client takes. Hot path: 0 allocs.
func (c *conn) Write(p []byte) (int, error) {
	c.answered()
	now := c.keeper.steps.Load()
	if !c.writingTaken && (c.writing == never || now-c.writing >= renewal) {
		c.writing = now
		if err := c.Conn.SetWriteDeadline(time.Now().Add(c.keeper.options.Write)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}

// answered has the client be silent again before its next request.
func (c *conn) answered() {
	c.asked, c.begun = true, false
	if c.hurried {
		c.hurried, c.reading = false, never
	}
}

// SetReadDeadline has t stand until it is called with none.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.readingTaken, c.reading, c.hurried = !t.IsZero(), never, false
	return c.Conn.SetReadDeadline(t)
}

// SetWriteDeadline has t stand until it is called with none.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.writingTaken, c.writing = !t.IsZero(), never
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline is both.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// CloseWrite ends one direction, so that an answer can be read to its end.
func (c *conn) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}
