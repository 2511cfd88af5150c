package listen

import (
	"io"
	"net"
	"time"
)

const (
	// turnTime is how long a refused client has to read its answer before what it
	// sent, and nobody reads, would make closing destroy it.
	turnTime = 200 * time.Millisecond
	// turnedAtOnce is how many have that time. When there are more, the others may
	// see a reset instead of their answer.
	turnedAtOnce = 1024
)

// Answers to connections that may not come in. They are shorter than any
// socket's buffer, so writing one does not wait.
const (
	answerFull    = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	answerTooMany = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)

// turned is a refused connection that lives until it is time.
type turned struct {
	conn  net.Conn
	until time.Time
}

// turnAway refuses a connection. It does not wait.
func (l *Listener) turnAway(c net.Conn, v verdict) {
	if l.options.TLS != nil {
		c.Close() // an answer would cost a handshake
		return
	}
	answer := answerFull
	if v == tooMany {
		answer = answerTooMany
	}
	until := time.Now().Add(turnTime)
	_ = c.SetDeadline(until)
	_, _ = io.WriteString(c, answer)
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	select {
	case l.turned <- turned{c, until}:
	default:
		c.Close()
	}
}

// closeTurned closes refused connections when it is time, in their order, until
// the listener is closed.
func (l *Listener) closeTurned() {
	for {
		select {
		case t := <-l.turned:
			select {
			case <-time.After(time.Until(t.until)):
			case <-l.closed:
			}
			t.conn.Close()
		case <-l.closed:
			return
		}
	}
}

// closeRest closes those whose time has not come when accepting ends.
func (l *Listener) closeRest() {
	for {
		select {
		case t := <-l.turned:
			t.conn.Close()
		default:
			return
		}
	}
}
