package load

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// ErrMalformed marks an answer that arrived but is not the HTTP/1.1 that an
// edge speaks. The connection cannot be used further.
var ErrMalformed = errors.New("malformed answer")

// Answer is what is kept of an HTTP answer. Its slices are reused by the next
// request on the same connection.
type Answer struct {
	Status     int
	Location   []byte // the header's exact bytes; nil if there is none
	RetryAfter []byte

	length int  // of the body; -1 until it is known
	close  bool // the server ends the connection after this answer
}

func (a *Answer) reset() {
	*a = Answer{Location: a.Location[:0], RetryAfter: a.RetryAfter[:0], length: -1}
}

// status reads "HTTP/1.1 302 Found".
func (a *Answer) status(line []byte) error {
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) || line[8] != ' ' {
		return fmt.Errorf("%w: status line %q", ErrMalformed, line)
	}
	a.close = line[7] == '0'
	for _, digit := range line[9:12] {
		if digit < '0' || digit > '9' {
			return fmt.Errorf("%w: status line %q", ErrMalformed, line)
		}
		a.Status = a.Status*10 + int(digit-'0')
	}
	if a.Status == 204 || a.Status == 304 {
		a.length = 0
	}
	return nil
}

// header takes in one header line. Two Location headers are malformed, for a
// browser would take either.
func (a *Answer) header(line []byte) error {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 {
		return fmt.Errorf("%w: header line %q", ErrMalformed, line)
	}
	name, value := line[:colon], bytes.Trim(line[colon+1:], " \t")
	switch {
	case is(name, "location"):
		if len(a.Location) > 0 {
			return fmt.Errorf("%w: two Location headers", ErrMalformed)
		}
		a.Location = append(a.Location, value...)
	case is(name, "content-length"):
		n, err := strconv.Atoi(string(value))
		if err != nil || n < 0 || a.length >= 0 && a.length != n {
			return fmt.Errorf("%w: Content-Length %q", ErrMalformed, value)
		}
		a.length = n
	case is(name, "connection"):
		a.close = a.close || is(value, "close")
	case is(name, "retry-after"):
		a.RetryAfter = append(a.RetryAfter, value...)
	case is(name, "transfer-encoding"):
		return fmt.Errorf("%w: Transfer-Encoding %q, which an edge never sends", ErrMalformed, value)
	}
	return nil
}

// is compares with a lower-case name, ignoring ASCII case.
func is(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i := range b {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
