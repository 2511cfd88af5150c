package listen

import (
	"io"
	"net"
	"time"
)

const (
	// turnedAtOnce is how many refused clients may be reading their answer.
	turnedAtOnce = 64
	turnTime     = 200 * time.Millisecond
	turnBytes    = 64 << 10
)

// Answers to connections that may not come in. They are shorter than any
// socket's buffer, so writing one does not wait.
const (
	answerFull    = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	answerTooMany = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)

// turnAway refuses a connection. It does not wait: some clients get a moment to
// read the answer before the connection is gone; when there are many, the others
// may see a reset instead.
func (l *Listener) turnAway(c net.Conn, v verdict) {
	if l.options.TLS != nil {
		c.Close() // an answer would cost a handshake
		return
	}
	answer := answerFull
	if v == tooMany {
		answer = answerTooMany
	}
	_ = c.SetDeadline(time.Now().Add(turnTime)) // a socket's deadline, not a test's clock
	_, _ = io.WriteString(c, answer)
	select {
	case l.turned <- struct{}{}:
	default:
		c.Close()
		return
	}
	l.turning.Go(func() {
		defer func() { <-l.turned }()
		defer c.Close()
		if half, ok := c.(*net.TCPConn); ok && half.CloseWrite() == nil {
			_, _ = io.CopyN(io.Discard, c, turnBytes)
		}
	})
}
