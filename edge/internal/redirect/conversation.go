package redirect

import (
	"io"
	"net"

	"github.com/fingerpost/fingerpost/edge/internal/guard"
	"github.com/fingerpost/fingerpost/edge/internal/listen"
)

// admit serves a port's connections until it is closed.
func (s *Server) admit(l *listen.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return // closed: the listener waits out all else
		}
		s.serving.Go(func() { s.converse(c) })
	}
}

// converse serves a connection. It waits for requests here, on a small stack:
// fasthttp takes several kilobytes for each connection that it knows of, so it is
// lent one for a request that is not answered quickly, and no longer.
func (s *Server) converse(c net.Conn) {
	defer c.Close()
	for l := (&loan{Plain: s.guard.Plain(s.keeper.Conn(c))}); l.Await() == nil; {
		l.back = false
		if err := s.server.ServeConn(l); err != nil {
			s.handler.options.Logger.Debug("connection failed", "error", err)
		}
		if !l.back {
			return
		}
	}
}

// loan is a connection while fasthttp has it for one request.
type loan struct {
	*guard.Plain
	back bool // whether the connection outlives the request
}

// Read ends after the request's head. fasthttp reads on then if it would keep the
// connection.
func (l *loan) Read(b []byte) (int, error) {
	if !l.Pending() {
		l.back = true
		return 0, io.EOF
	}
	return l.Plain.Read(b)
}

// Close is for whoever lent the connection.
func (*loan) Close() error { return nil }
