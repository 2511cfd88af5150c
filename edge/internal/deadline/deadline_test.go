package deadline_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/deadline"
)

// early is how much too early a deadline may be.
const early = 1250 * time.Millisecond

var options = deadline.Options{Header: 10 * time.Second, Idle: 75 * time.Second, Write: 20 * time.Second}

// counted counts how often deadlines are set.
type counted struct {
	net.Conn
	set int
}

func (c *counted) SetReadDeadline(t time.Time) error {
	c.set++
	return c.Conn.SetReadDeadline(t)
}

func (c *counted) SetWriteDeadline(t time.Time) error {
	c.set++
	return c.Conn.SetWriteDeadline(t)
}

// kept runs test on both ends of a connection, on a clock that does not wait.
func kept(t *testing.T, test func(t *testing.T, server net.Conn, client net.Conn, c *counted)) {
	synctest.Test(t, func(t *testing.T) {
		k, err := deadline.New(options)
		if err != nil {
			t.Fatal(err)
		}
		k.Start()
		defer k.Stop()
		s, client := net.Pipe()
		defer s.Close()
		defer client.Close()
		c := &counted{Conn: s}
		test(t, k.Conn(c), client, c)
	})
}

// ask sends a request of one byte and takes the answer.
func ask(t *testing.T, server, client net.Conn) {
	t.Helper()
	go client.Write([]byte("?"))
	if _, err := server.Read(make([]byte, 8)); err != nil {
		t.Fatal("receiving a request: ", err)
	}
	go client.Read(make([]byte, 8))
	if _, err := server.Write([]byte("!")); err != nil {
		t.Fatal("answering: ", err)
	}
}

// ends checks that do ends by a deadline after want, or a little earlier.
func ends(t *testing.T, want time.Duration, do func() error) {
	t.Helper()
	begin := time.Now()
	err := do()
	if took := time.Since(begin); !errors.Is(err, os.ErrDeadlineExceeded) || took > want || took < want-early {
		t.Errorf("ended after %v with %v, want after %v by the deadline", took, err, want)
	}
}

func read(c net.Conn) func() error {
	return func() error {
		_, err := c.Read(make([]byte, 8))
		return err
	}
}

func TestSilence(t *testing.T) {
	for name, before := range map[string]struct {
		requests int
		pause    time.Duration
		want     time.Duration
	}{
		"before the first request":         {0, 0, options.Header},
		"after a request":                  {1, 0, options.Idle},
		"after a request and a pause":      {2, 40 * time.Second, options.Idle},
		"after many requests in no time":   {100, 0, options.Idle},
		"after many requests, one a while": {100, 700 * time.Millisecond, options.Idle},
	} {
		t.Run(name, func(t *testing.T) {
			kept(t, func(t *testing.T, server, client net.Conn, _ *counted) {
				for range before.requests {
					ask(t, server, client)
					time.Sleep(before.pause)
				}
				// The deadline is as old as the last request at most.
				ends(t, before.want, read(server))
			})
		})
	}
}

// E14: a byte a second is no way to stay.
func TestE14Trickle(t *testing.T) {
	for name, requests := range map[string]int{"first request": 0, "later request": 3} {
		t.Run(name, func(t *testing.T) {
			kept(t, func(t *testing.T, server, client net.Conn, _ *counted) {
				for range requests {
					ask(t, server, client)
				}
				go func() {
					for {
						if _, err := client.Write([]byte("?")); err != nil {
							return
						}
						time.Sleep(time.Second)
					}
				}()
				if err := read(server)(); err != nil { // the head's first byte
					t.Fatal(err)
				}
				ends(t, options.Header, func() error {
					for range 100 {
						if err := read(server)(); err != nil {
							return err
						}
					}
					return nil
				})
				client.Close()
				time.Sleep(2 * time.Second) // the other one sees that
			})
		})
	}
}

// After a head that came in pieces, the next one may be waited for as usual.
func TestPieces(t *testing.T) {
	kept(t, func(t *testing.T, server, client net.Conn, _ *counted) {
		ask(t, server, client)
		go func() {
			client.Write([]byte("?"))
			time.Sleep(9 * time.Second)
			client.Write([]byte("?"))
			client.Read(make([]byte, 8))
		}()
		for range 2 {
			if err := read(server)(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := server.Write([]byte("!")); err != nil {
			t.Fatal(err)
		}
		ends(t, options.Idle, read(server))
	})
}

// E14: a client that never reads.
func TestE14NeverReads(t *testing.T) {
	kept(t, func(t *testing.T, server, client net.Conn, _ *counted) {
		ask(t, server, client)
		time.Sleep(time.Minute)
		ends(t, options.Write, func() error {
			_, err := server.Write([]byte("!"))
			return err
		})
	})
}

// Quick clients cost next to nothing, and are never cut off.
func TestRenewal(t *testing.T) {
	kept(t, func(t *testing.T, server, client net.Conn, c *counted) {
		for range 10_000 {
			ask(t, server, client)
		}
		if c.set > 3 {
			t.Errorf("deadlines were set %d times for requests in one moment", c.set)
		}
		for range 300 {
			time.Sleep(time.Second)
			ask(t, server, client)
		}
	})
}

func TestOwnDeadlines(t *testing.T) {
	kept(t, func(t *testing.T, server, client net.Conn, _ *counted) {
		ask(t, server, client)
		if err := server.SetDeadline(time.Now().Add(3 * time.Second)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		ends(t, time.Second, read(server))
		ends(t, 0, func() error {
			_, err := server.Write([]byte("!"))
			return err
		})
		if err := server.SetDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		ask(t, server, client)
		ends(t, options.Idle, read(server))
	})
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]deadline.Options{
		"header": {Header: time.Second}, "idle": {Idle: time.Second}, "write": {Write: -1},
	} {
		if _, err := deadline.New(o); err == nil {
			t.Errorf("%s: %+v was accepted", name, o)
		}
	}
}
