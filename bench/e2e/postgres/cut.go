package postgres

import (
	"bytes"
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
	// Refused fails with what CockroachDB may answer anything in a transaction with: it
	// has to give way, and be repeated. Outside of one it is Delivered: there CockroachDB
	// repeats by itself.
	Refused
	// Doubtful is a commit that happens, and is answered with that nobody knows.
	Doubtful
	// Undone is a commit that does not happen, and is answered so too.
	Undone
)

// cutter stands between clients and PostgreSQL.
type cutter struct {
	listener net.Listener
	server   string
	fate     func(said []byte) Fate
	pretend  bool // to be CockroachDB
	group    sync.WaitGroup
	conns    sync.Map // net.Conn to nothing; all that were opened
}

// Cut gives a way to a database, for as long as the test runs, on which fate
// decides. It is asked by all connections at once. A driver sends a statement in
// one write, so what it says is not torn between two calls on loopback.
func Cut(t testing.TB, databaseURL string, fate func(said []byte) Fate) (proxied string) {
	t.Helper()
	return (&cutter{fate: fate}).serve(t, databaseURL)
}

func (c *cutter) serve(t testing.TB, databaseURL string) (proxied string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	c.server = u.Host
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
		l := &line{cutter: c, client: client, server: server}
		c.group.Go(l.requests)
		c.group.Go(l.answers)
	}
}

// line is one connection.
type line struct {
	*cutter
	client, server net.Conn
	deaf           atomic.Bool // the client hears nothing from now on
	begun          atomic.Bool // PostgreSQL said last that a transaction is under way
}

func (l *line) requests() {
	defer l.server.Close()
	buf := make([]byte, 64<<10)
	for first := true; ; first = false {
		n, err := l.client.Read(buf)
		if err != nil {
			return
		}
		said := buf[:n]
		fate := l.fate(said)
		switch fate {
		case Undelivered:
			l.deaf.Store(true)
			l.client.Close()
			return
		case Unheard:
			l.deaf.Store(true)
		case Refused, Doubtful, Undone:
			if l.begun.Load() && whole(said) {
				said = failing(fate, said)
			}
		}
		if first && l.pretend {
			said = forPostgreSQL(said)
		}
		if _, err := l.server.Write(said); err != nil {
			return
		}
	}
}

// answers forwards what the server says, or cuts the client off when it should
// not hear it.
func (l *line) answers() {
	defer l.client.Close()
	buf := make([]byte, 64<<10)
	for first := true; ; first = false {
		n, err := l.server.Read(buf)
		if err != nil || l.deaf.Load() {
			return
		}
		said := buf[:n]
		l.begun.Store(bytes.HasSuffix(said, readyWithin))
		if first && l.pretend {
			said = asCockroach(said)
		}
		if _, err := l.client.Write(said); err != nil {
			return
		}
	}
}
