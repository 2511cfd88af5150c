package guard_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/guard"
)

// guarded gives both ends of a connection on a clock that does not wait, and the
// statuses refused.
func guarded(t *testing.T, o guard.Options, test func(t *testing.T, server *guard.Conn, client net.Conn, refused *[]int)) {
	synctest.Test(t, func(t *testing.T) {
		var refused []int
		o.Refused = func(status int) { refused = append(refused, status) }
		g, err := guard.New(o)
		if err != nil {
			t.Fatal(err)
		}
		s, client := net.Pipe()
		defer s.Close()
		defer client.Close()
		test(t, g.Conn(s), client, &refused)
	})
}

// E14: a byte a second does not keep a head's deadline from coming, whatever the
// server's own deadline is.
func TestE14ByteASecond(t *testing.T) {
	guarded(t, guard.Options{Header: 5 * time.Second}, func(t *testing.T, server *guard.Conn, client net.Conn, refused *[]int) {
		begin := time.Now()
		if err := server.SetReadDeadline(begin.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		var sending sync.WaitGroup
		defer sending.Wait()
		sending.Go(func() {
			for {
				if _, err := client.Write([]byte("G")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		})
		answered := make(chan *http.Response)
		go func() {
			r, _ := http.ReadResponse(bufio.NewReader(client), nil)
			answered <- r
		}()
		n, err := server.Read(make([]byte, 100))
		if n != 0 || err != io.EOF || time.Since(begin) != 5*time.Second {
			t.Errorf("read %d bytes, %v, after %v", n, err, time.Since(begin))
		}
		if r := <-answered; r == nil || r.StatusCode != 408 || len(*refused) != 1 {
			t.Errorf("answered %v, refused %v", r, *refused)
		}
		client.Close()
	})
}

// A head in pieces does not change the server's deadline for what comes later.
func TestDeadlineIsTheServersAgain(t *testing.T) {
	guarded(t, guard.Options{Header: 5 * time.Second}, func(t *testing.T, server *guard.Conn, client net.Conn, _ *[]int) {
		begin := time.Now()
		if err := server.SetReadDeadline(begin.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _ = io.Copy(client, iotest.OneByteReader(strings.NewReader(heads["shortest"])))
		}()
		b := make([]byte, 100)
		if n, err := server.Read(b); err != nil || string(b[:n]) != heads["shortest"] {
			t.Fatalf("read %q, %v", b[:n], err)
		}
		if _, err := server.Read(b); err != io.EOF || time.Since(begin) != time.Minute {
			t.Errorf("read ended with %v after %v", err, time.Since(begin))
		}
	})
}

// Between two heads silence and an end are not answered.
func TestSilenceIsNotAnswered(t *testing.T) {
	guarded(t, guard.Options{}, func(t *testing.T, server *guard.Conn, client net.Conn, refused *[]int) {
		client.Close()
		if _, err := server.Read(make([]byte, 1)); err != io.EOF || len(*refused) > 0 {
			t.Errorf("read %v, refused %v", err, *refused)
		}
	})
}

// Whatever the sizes of what arrives and of what the server takes, it gets the
// heads' bytes and no others.
func TestEverySize(t *testing.T) {
	large := "GET /" + strings.Repeat("a", guard.MaxTarget-1) + " HTTP/1.1\r\nHost: a.example\r\nX: " + strings.Repeat("b", 7000) + "\r\n\r\n"
	stream := heads["shortest"] + large + heads["browser"] + large + heads["shortest"]
	for _, take := range []int{7, 1000, 1 << 20} {
		for _, send := range []int{13, 1024, 5000, len(stream)} {
			guarded(t, guard.Options{}, func(t *testing.T, server *guard.Conn, client net.Conn, _ *[]int) {
				go func() {
					for rest := stream; rest != ""; rest = rest[min(send, len(rest)):] {
						_, _ = io.WriteString(client, rest[:min(send, len(rest))])
					}
					_, _ = io.WriteString(client, "GET / HTTP/9\r\n")
					_, _ = io.Copy(io.Discard, client)
				}()
				var got strings.Builder
				b := make([]byte, take)
				for {
					n, err := server.Read(b)
					got.Write(b[:n])
					if err != nil {
						break
					}
				}
				if got.String() != stream {
					t.Errorf("taking %d, sending %d: %d bytes of %d, or others", take, send, got.Len(), len(stream))
				}
			})
		}
	}
}

// endless is a client that never stops sending and can end its direction.
type endless struct {
	net.Conn
	read   int64
	answer strings.Builder
}

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	e.read += int64(len(b))
	return len(b), nil
}
func (e *endless) Write(b []byte) (int, error)     { return e.answer.Write(b) }
func (e *endless) SetDeadline(time.Time) error     { return nil }
func (e *endless) SetReadDeadline(time.Time) error { return nil }
func (e *endless) CloseWrite() error               { return nil }

// E9: what a refused client goes on sending is read, but not for ever.
func TestE9LingeringIsBounded(t *testing.T) {
	g, err := guard.New(guard.Options{LingerBytes: 100_000, Refused: func(int) {}})
	if err != nil {
		t.Fatal(err)
	}
	client := &endless{}
	if _, err := g.Conn(client).Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("read: %v", err)
	}
	if client.read < 100_000 || client.read > 200_000 {
		t.Errorf("read %d bytes from a refused client", client.read)
	}
	if !strings.HasPrefix(client.answer.String(), "HTTP/1.1 414 ") {
		t.Errorf("answered %q", client.answer.String())
	}
}

func TestBadOptions(t *testing.T) {
	for name, o := range map[string]guard.Options{
		"no Refused":       {},
		"negative Header":  {Refused: func(int) {}, Header: -1},
		"negative Linger":  {Refused: func(int) {}, Linger: -1},
		"negative drained": {Refused: func(int) {}, LingerBytes: -1},
	} {
		if _, err := guard.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
