package postgres

import (
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// Fate is what becomes of something that a client says, and of its connection.
type Fate int

const (
	// Delivered reaches PostgreSQL, and its answers reach the client.
	Delivered Fate = iota
	// Unheard reaches PostgreSQL; the connection is cut, and its answer is lost.
	Unheard
	// Undelivered does not reach PostgreSQL; the connection is cut before.
	Undelivered
)

// cutter stands between clients and PostgreSQL.
type cutter struct {
	listener net.Listener
	server   string
	fate     func(said []byte) Fate
	group    sync.WaitGroup
	conns    sync.Map // net.Conn to nothing; all that were opened
}

// Cut gives a way to a database, for as long as the test runs, on which fate
// decides. It is asked by all connections at once. A driver sends a statement in
// one write, so what it says is not torn between two calls on loopback.
func Cut(t testing.TB, databaseURL string, fate func(said []byte) Fate) (proxied string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{server: u.Host, fate: fate}
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	c.group.Go(c.accept)
	t.Cleanup(c.stop)
	u.Host = c.listener.Addr().String()
	return u.String()
}

func (c *cutter) stop() {
	c.listener.Close()
	c.conns.Range(func(conn, _ any) bool {
		conn.(net.Conn).Close()
		return true
	})
	c.group.Wait()
}

func (c *cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.server)
		if err != nil {
			client.Close()
			continue
		}
		c.conns.Store(client, nil)
		c.conns.Store(server, nil)
		deaf := new(atomic.Bool) // the client hears nothing from now on
		c.group.Go(func() { c.requests(client, server, deaf) })
		c.group.Go(func() { answers(client, server, deaf) })
	}
}

func (c *cutter) requests(client, server net.Conn, deaf *atomic.Bool) {
	defer server.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		switch c.fate(buf[:n]) {
		case Undelivered:
			deaf.Store(true)
			client.Close()
			return
		case Unheard:
			deaf.Store(true)
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// answers forwards what the server says, or cuts the client off when it should
// not hear it.
func answers(client, server net.Conn, deaf *atomic.Bool) {
	defer client.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil || deaf.Load() {
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}
