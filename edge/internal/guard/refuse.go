package guard

import (
	"net/http"
	"strconv"
	"time"
)

// refuse answers, and keeps the connection until the client can have read it.
func (c *Conn) refuse() {
	o := &c.guard.options
	o.Refused(c.status)
	now := o.Now()
	if c.Conn.SetDeadline(now.Add(o.Linger)) != nil {
		return
	}
	if _, err := c.Conn.Write(answer(c.status, now)); err != nil || c.status == TooLate {
		return // who was too slow to ask is not waited for again
	}
	// After a half-close the client sees the answer's end at once, and what it
	// still sends is not met with a reset.
	if half, ok := c.Conn.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		return
	}
	c.sit()
	b := c.buffer()
	for left := o.LingerBytes; left > 0; {
		n, err := c.Conn.Read(b)
		if err != nil {
			break
		}
		left -= int64(n)
	}
	c.giveBack()
}

// answer is all of a refusal. It has no body, so that it is right for HEAD too,
// and nothing may keep it.
func answer(status int, now time.Time) []byte {
	b := append(make([]byte, 0, 256), "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(status)...)
	b = append(b, "\r\nDate: "...)
	b = now.UTC().AppendFormat(b, http.TimeFormat)
	b = append(b, "\r\nCache-Control: private, max-age=0\r\nContent-Length: 0\r\nConnection: close\r\n"...)
	if status == MethodNotAllowed {
		b = append(b, "Allow: GET, HEAD\r\n"...)
	}
	return append(b, "\r\n"...)
}
