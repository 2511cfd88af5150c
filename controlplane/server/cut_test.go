package server_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// cutter stands between a server and PostgreSQL. Every second connection that
// commits something is cut once PostgreSQL has answered, and the answer is lost.
type cutter struct {
	listener net.Listener
	server   string
	group    sync.WaitGroup
	conns    sync.Map // net.Conn to nothing; all that were opened
	commits  atomic.Int32
	armed    atomic.Bool
}

func startCutter(t *testing.T, databaseURL string) (c *cutter, proxied string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	c = &cutter{server: u.Host}
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	c.group.Go(c.accept)
	t.Cleanup(c.stop)
	u.Host = c.listener.Addr().String()
	return c, u.String()
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

// requests forwards what the client says. The driver says "commit" in one write.
func (c *cutter) requests(client, server net.Conn, deaf *atomic.Bool) {
	defer server.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if c.armed.Load() && bytes.Contains(buf[:n], []byte("commit\x00")) && c.commits.Add(1)%2 == 1 {
			deaf.Store(true)
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

func answers(client, server net.Conn, deaf *atomic.Bool) {
	defer client.Close()
	_, _ = io.Copy(writerFunc(func(b []byte) (int, error) {
		if deaf.Load() {
			return 0, io.ErrClosedPipe
		}
		return client.Write(b)
	}), server)
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
