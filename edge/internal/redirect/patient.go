package redirect

import (
	"errors"
	"log/slog"
	"net"
	"time"
)

// patient is a listener that outlives a shortage of file descriptors or memory:
// fasthttp stops serving for good at the first error of Accept.
type patient struct {
	net.Listener
	log *slog.Logger
}

// Accept waits a little after an error, as net/http does, and tries again unless
// the listener was closed.
func (p patient) Accept() (net.Conn, error) {
	const least, most = 5 * time.Millisecond, time.Second
	for wait := least; ; wait = min(2*wait, most) {
		conn, err := p.Listener.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return conn, err
		}
		p.log.Warn("accepting a connection failed", "error", err, "again_in", wait)
		time.Sleep(wait)
	}
}
