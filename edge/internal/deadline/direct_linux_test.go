package deadline_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/deadline"
)

// direct is what a connection with a socket can do besides.
type direct interface {
	net.Conn
	WhileReadable(serve func() (done bool)) error
	TryRead(p []byte) (int, error)
}

// socket gives both ends of a TCP connection, the server's kept.
func socket(t *testing.T, o deadline.Options) (direct, *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	k, err := deadline.New(o)
	if err != nil {
		t.Fatal(err)
	}
	k.Start()
	t.Cleanup(k.Stop)
	d, ok := k.Conn(server).(direct)
	if !ok {
		t.Fatal("a TCP connection is not direct")
	}
	if err := errors.Join(client.SetDeadline(time.Now().Add(20*time.Second)), server.SetDeadline(time.Now().Add(20*time.Second))); err != nil {
		t.Fatal(err)
	}
	return d, client.(*net.TCPConn)
}

func send(t *testing.T, c io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Error(err)
	}
}

// once has a client ask, and answers it.
func once(t *testing.T, d direct, client net.Conn) {
	t.Helper()
	send(t, client, "?")
	if err := d.WhileReadable(func() bool {
		n, err := d.TryRead(make([]byte, 8))
		if err != nil {
			t.Error(err)
		}
		return n > 0 || err != nil
	}); err != nil {
		t.Fatal(err)
	}
	send(t, d, "!")
	if _, err := io.ReadFull(client, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

// A read that does not fill its room is the last before the wait, and what
// arrives meanwhile ends the wait; one that fills it is not.
func TestOneReadARequest(t *testing.T) {
	for name, c := range map[string]struct {
		room int
		want string // what is read, by calls of serve
	}{
		"room to spare": {8, "|ab|cd"},
		"full":          {2, "|abcd"},
		"too little":    {1, "|abcd"},
	} {
		t.Run(name, func(t *testing.T) {
			d, client := socket(t, options)
			once(t, d, client)
			send(t, client, "ab")
			read := ""
			err := d.WhileReadable(func() bool {
				read += "|"
				for b := make([]byte, c.room); len(read) < len(c.want); {
					n, err := d.TryRead(b)
					if n == 0 || err != nil {
						return err != nil
					}
					if read += string(b[:n]); read == "|ab" {
						send(t, client, "cd")
					}
				}
				return true
			})
			if err != nil || read != c.want {
				t.Errorf("read %q, %v, want %q", read, err, c.want)
			}
		})
	}
}

// E13: the end of the client's direction is seen, though it may have come with a
// request and is not announced again.
func TestE13EndWithARequest(t *testing.T) {
	for requests := range 3 {
		for range 4 {
			t.Run(fmt.Sprint(requests, " before"), func(t *testing.T) {
				t.Parallel()
				d, client := socket(t, deadline.Options{Idle: 6 * time.Second})
				for range requests {
					once(t, d, client)
				}
				send(t, client, "?")
				if err := client.CloseWrite(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(20 * time.Millisecond) // the runtime hears of both at once, as a rule
				once, end := 0, error(nil)
				err := d.WhileReadable(func() bool {
					for b := make([]byte, 8); ; {
						n, err := d.TryRead(b)
						once += n
						if n == 0 || err != nil {
							end = err
							return err != nil
						}
						send(t, d, "!")
					}
				})
				if err != nil || once != 1 || end != io.EOF {
					t.Errorf("read %d bytes and ended with %v, %v", once, end, err)
				}
			})
		}
	}
}

// E14: who is silent or does not read is not waited for any longer than on other
// connections.
func TestE14Direct(t *testing.T) {
	brief := deadline.Options{Header: 1300 * time.Millisecond, Idle: 2500 * time.Millisecond, Write: 1300 * time.Millisecond}
	never := func(d direct) func() bool {
		return func() bool {
			n, err := d.TryRead(make([]byte, 8))
			return n > 0 || err != nil
		}
	}
	for name, run := range map[string]func(t *testing.T, d direct, client net.Conn) error{
		"before the first request": func(_ *testing.T, d direct, _ net.Conn) error {
			return d.WhileReadable(never(d))
		},
		"after a request": func(t *testing.T, d direct, client net.Conn) error {
			once(t, d, client)
			return d.WhileReadable(never(d))
		},
		"after a request in the same wait": func(t *testing.T, d direct, client net.Conn) error {
			once(t, d, client)
			send(t, client, "?")
			return d.WhileReadable(func() bool {
				for {
					n, err := d.TryRead(make([]byte, 8))
					if n == 0 || err != nil {
						return err != nil
					}
					send(t, d, "!")
				}
			})
		},
		"never reads": func(_ *testing.T, d direct, client net.Conn) error {
			send(t, client, "?")
			var failed error
			err := d.WhileReadable(func() bool {
				_, failed = d.Write(make([]byte, 64<<20))
				return true
			})
			return errors.Join(failed, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, client := socket(t, brief)
			if err := run(t, d, client); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

func TestDirectDoesNotAllocate(t *testing.T) {
	d, client := socket(t, options)
	served := make(chan error)
	b := make([]byte, 8)
	go func() {
		served <- d.WhileReadable(func() bool {
			for {
				n, err := d.TryRead(b)
				if n == 0 || err != nil {
					return err != nil
				}
				if _, err := d.Write(b[:n]); err != nil {
					return true
				}
			}
		})
	}()
	mine := make([]byte, 8)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := client.Write(mine[:4]); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(client, mine[:4]); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a request", n)
	}
	client.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
