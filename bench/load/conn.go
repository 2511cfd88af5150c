package load

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"time"
)

// maxLine bounds a header line of an answer: the longest URL of a link and then
// some.
const maxLine = 16 << 10

// Conn is one kept-alive connection. It serves one goroutine.
type Conn struct {
	conn    net.Conn
	reader  *bufio.Reader
	timeout time.Duration
	until   time.Time // the deadline that is set on conn
}

// Dial connects to addr (host:port). Each answer must arrive within timeout.
func Dial(ctx context.Context, addr string, timeout time.Duration) (*Conn, error) {
	d := net.Dialer{Timeout: timeout}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", addr, err)
	}
	return &Conn{conn: c, reader: bufio.NewReaderSize(c, maxLine), timeout: timeout}, nil
}

// Do sends request, the raw bytes of one GET, and reads its answer into a. After
// an error the connection is closed, and unless the error is ErrMalformed nobody
// knows whether the server acted on the request. reuse is false when the server
// ends the connection after this answer. Hot path: 0 allocs.
func (c *Conn) Do(request []byte, a *Answer) (reuse bool, err error) {
	a.reset()
	if err := c.exchange(request, a); err != nil {
		c.Close()
		return false, err
	}
	if a.close {
		c.Close()
	}
	return !a.close, nil
}

// Close ends the connection. It may be called again.
func (c *Conn) Close() { c.conn.Close() }

func (c *Conn) exchange(request []byte, a *Answer) error {
	if err := c.extend(time.Now()); err != nil {
		return err
	}
	if _, err := c.conn.Write(request); err != nil {
		return fmt.Errorf("sending request: %w", err)
	}
	line, err := c.line()
	if err != nil {
		return err
	}
	if err := a.status(line); err != nil {
		return err
	}
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			return c.drain(a)
		}
		if err := a.header(line); err != nil {
			return err
		}
	}
}

// extend renews the deadline once half of it is used up: setting it for every
// request would cost a twentieth of the client's CPU. An answer has between
// half of the timeout and all of it.
func (c *Conn) extend(now time.Time) error {
	if c.until.Sub(now) > c.timeout/2 {
		return nil
	}
	c.until = now.Add(c.timeout)
	if err := c.conn.SetDeadline(c.until); err != nil {
		return fmt.Errorf("setting deadline: %w", err)
	}
	return nil
}

// line reads up to CRLF (or LF, as RFC 9112 section 2.2 allows).
func (c *Conn) line() ([]byte, error) {
	line, err := c.reader.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return nil, fmt.Errorf("%w: header line over %d bytes", ErrMalformed, maxLine)
	}
	if err != nil {
		return nil, fmt.Errorf("reading answer: %w", err)
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}

// drain skips the body, so that the next answer starts where the reader stands.
func (c *Conn) drain(a *Answer) error {
	if a.length < 0 {
		// The body ends with the connection: nothing more is to be read from it.
		a.close = true
		return nil
	}
	if _, err := c.reader.Discard(a.length); err != nil {
		return fmt.Errorf("reading body: %w", err)
	}
	return nil
}
