package redirect

import (
	"io"

	"github.com/fingerpost/fingerpost/edge/internal/guard"
	"github.com/fingerpost/fingerpost/edge/internal/listen"
	"github.com/fingerpost/fingerpost/edge/internal/loop"
)

// admit serves a port's connections until it is closed: in a loop, or each in a
// goroutine of its own if the loops do not take it.
func (s *Server) admit(l *listen.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return // closed: the listener waits out all else
		}
		s.serving.Add(1)
		g := &guest{server: s, loan: loan{Plain: s.guard.Plain(s.keeper.Conn(c))}}
		if !s.loops.Take(c, g) {
			go g.Converse(nil, nil)
		}
	}
}

// guest is a connection that is served.
type guest struct {
	server *Server
	loan
}

// Serve implements loop.Guest.
func (g *guest) Serve(s loop.Socket, now int64, said []byte) (all []byte, stays bool, err error) {
	return g.Glance(s, now, said)
}

// Converse implements loop.Guest: it serves the connection where it may wait, until
// it ends or a loop has it again.
func (g *guest) Converse(s loop.Socket, rest []byte) {
	if len(rest) > 0 {
		if _, err := g.Plain.Write(rest); err != nil {
			g.End()
			return
		}
	}
	for s == nil || !g.Settle() || !s.Return() {
		if !g.Pending() && g.Advance() != nil || g.Pending() && !g.lend() {
			g.End()
			return
		}
	}
}

// lend has fasthttp answer a request, and says whether the connection lives on.
// fasthttp takes several kilobytes for each connection that it knows of, so it is
// lent one for a request that is not answered quickly, and no longer.
func (g *guest) lend() bool {
	g.back = false
	if err := g.server.server.ServeConn(&g.loan); err != nil {
		g.server.handler.options.Logger.Debug("connection failed", "error", err)
	}
	return g.back
}

// End implements loop.Guest.
func (g *guest) End() {
	g.Plain.Close()
	g.server.serving.Done()
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
