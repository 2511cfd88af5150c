package guard_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/guard"
)

// sent is a connection on which all of a text has arrived.
type sent struct {
	net.Conn // nil: what else it has is not called
	io.Reader
}

func (s sent) Read(b []byte) (int, error)      { return s.Reader.Read(b) }
func (s sent) SetReadDeadline(time.Time) error { return nil }

func plain(t testing.TB, text string) *guard.Plain {
	t.Helper()
	g, err := guard.New(guard.Options{Refused: func(int) {}})
	if err != nil {
		t.Fatal(err)
	}
	return g.Plain(sent{Reader: strings.NewReader(text)})
}

// Whatever the server needs to know of a head is in the plain one, and the rest
// is to be had from the connection, one head after the other.
func TestPlain(t *testing.T) {
	long := "/" + strings.Repeat("x", 5000)
	heads := []struct {
		method, target, version, connection string
		closes                              bool
	}{
		{"GET", "/code123", "HTTP/1.1", "", false},
		{"HEAD", "/a?b=c", "HTTP/1.1", "", false},
		{"GET", long, "HTTP/1.1", "keep-alive", false},
		{"GET", "/code123", "HTTP/1.0", "x, Keep-Alive", false},
		{"HEAD", "/code123", "HTTP/1.0", "keep-alive", false},
		{"GET", "/code123", "HTTP/1.1", "foo ,CLOSE", true},
		{"HEAD", "/code123", "HTTP/1.1", "close", true},
		{"GET", "/code123", "HTTP/1.0", "", true},
		{"HEAD", "/code123", "HTTP/1.0", "keep-alive, close", true},
	}
	var all strings.Builder
	for _, h := range heads {
		all.WriteString(h.method + " " + h.target + " " + h.version + "\r\nHost: a.example\r\nX-A: 1\r\nx-a:2 \r\n")
		if h.connection != "" {
			all.WriteString("Connection: " + h.connection + "\r\n")
		}
		all.WriteString("\r\n")
	}
	p := plain(t, all.String())
	in := bufio.NewReaderSize(p, 128)
	for _, h := range heads {
		r, err := http.ReadRequest(in)
		if err != nil {
			t.Fatal(err)
		}
		// net/http has its own mind about closing: Close is only what 1.1 asks for.
		closes := r.Close || r.ProtoMinor == 0 && r.Header.Get("Connection") != "keep-alive"
		if r.Method != h.method || r.Proto != h.version || closes != h.closes {
			t.Errorf("%+v became %s %s, close %v", h, r.Method, r.Proto, closes)
		}
		if string(p.Target()) != h.target || string(p.Host()) != "a.example" {
			t.Errorf("%+v asks for %q at %q", h, p.Target(), p.Host())
		}
		if v := p.Values("x-a"); len(v) != 2 || string(v[0]) != "1" || string(v[1]) != "2" {
			t.Errorf("%+v has values %q", h, v)
		}
	}
	if _, err := http.ReadRequest(in); err != io.EOF {
		t.Errorf("after the last: %v", err)
	}
}

// A reader with next to no room gets the head in pieces.
func TestPlainInPieces(t *testing.T) {
	p := plain(t, heads["browser"])
	var got []byte
	for b := make([]byte, 3); !strings.HasSuffix(string(got), "\r\n\r\n"); {
		n, err := p.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b[:n]...)
	}
	if string(got) != "GET / HTTP/1.1\r\nHost: x\r\n\r\n" {
		t.Errorf("read %q", got)
	}
}

func TestPlainDoesNotAllocate(t *testing.T) {
	p, b := plain(t, strings.Repeat(heads["browser"], 2002)), make([]byte, 128)
	if n := testing.AllocsPerRun(2000, func() {
		if _, err := p.Read(b); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a head", n)
	}
}
