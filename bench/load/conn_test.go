package load_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/load"
)

const request = "GET /abc HTTP/1.1\r\nHost: localhost\r\n\r\n"

// answering starts a server that reads one request after the other, of
// request's length, and answers each with the same bytes. Once an answer is
// written it allocates nothing.
func answering(t *testing.T, answer string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answerAll(c, []byte(answer))
		}
	}()
	return l.Addr().String()
}

func answerAll(c net.Conn, answer []byte) {
	defer c.Close()
	r, buf := bufio.NewReader(c), make([]byte, len(request))
	for {
		if _, err := io.ReadFull(r, buf); err != nil {
			return
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

func dial(t *testing.T, addr string) *load.Conn {
	t.Helper()
	c, err := load.Dial(context.Background(), addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestAnswers(t *testing.T) {
	long := "http://example.org/" + strings.Repeat("x", 8000)
	for _, c := range []struct {
		name, answer string
		status       int
		location     string
		retryAfter   string
		reuse        bool
	}{
		{
			"redirect", "HTTP/1.1 302 Found\r\nLocation: http://a.example/%2F//?q='\"<>#f\r\nContent-Length: 0\r\n\r\n",
			302, `http://a.example/%2F//?q='"<>#f`, "", true,
		},
		{
			"names in any case, body skipped", "HTTP/1.1 410 Gone\r\nCONTENT-length: 5\r\n\r\ngone\n",
			410, "", "", true,
		},
		{
			"closing", "HTTP/1.1 503 Service Unavailable\r\nConnection: Close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
			503, "", "1", false,
		},
		{"HTTP/1.0", "HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, "", "", false},
		{"no length", "HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "", "", false},
		{"no body", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", "", true},
		{"the longest URL", "HTTP/1.1 302 Found\r\nLocation: " + long + "\r\nContent-Length: 0\r\n\r\n", 302, long, "", true},
		{"bare line feeds", "HTTP/1.1 302 Found\nLocation: http://a.example/\nContent-Length: 0\n\n", 302, "http://a.example/", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := dial(t, answering(t, c.answer))
			var a load.Answer
			for range 3 {
				reuse, err := conn.Do([]byte(request), &a)
				if err != nil {
					t.Fatal(err)
				}
				if a.Status != c.status || string(a.Location) != c.location || string(a.RetryAfter) != c.retryAfter || reuse != c.reuse {
					t.Errorf("got %d %q %q reuse %v", a.Status, a.Location, a.RetryAfter, reuse)
				}
				if !reuse {
					break
				}
			}
		})
	}
}

func TestMalformedAnswers(t *testing.T) {
	for _, c := range []struct{ name, answer string }{
		{"not HTTP", "SSH-2.0-OpenSSH_9.2 and more\r\n\r\n"},
		{"status without digits", "HTTP/1.1 abc Found\r\n\r\n"},
		{"header without colon", "HTTP/1.1 302 Found\r\nLocation\r\n\r\n"},
		{"two Locations", "HTTP/1.1 302 Found\r\nLocation: http://a/\r\nLocation: http://b/\r\n\r\n"},
		{"two lengths", "HTTP/1.1 302 Found\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n"},
		{"negative length", "HTTP/1.1 302 Found\r\nContent-Length: -1\r\n\r\n"},
		{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{"endless line", "HTTP/1.1 302 Found\r\nLocation: " + strings.Repeat("x", 40_000) + "\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var a load.Answer
			if _, err := dial(t, answering(t, c.answer)).Do([]byte(request), &a); !errors.Is(err, load.ErrMalformed) {
				t.Errorf("got %v; want ErrMalformed", err)
			}
		})
	}
}

func TestMissingAnswerIsNotMalformed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			io.ReadFull(c, make([]byte, len(request)))
			c.Write([]byte("HTTP/1.1 302 Fo"))
			c.Close()
		}
	}()
	var a load.Answer
	if _, err := dial(t, l.Addr().String()).Do([]byte(request), &a); err == nil || errors.Is(err, load.ErrMalformed) {
		t.Errorf("got %v; want an error that is not ErrMalformed", err)
	}
}

func TestDoAllocatesNothing(t *testing.T) {
	conn := dial(t, answering(t, "HTTP/1.1 302 Found\r\nLocation: http://a.example/\r\nContent-Length: 0\r\n\r\n"))
	var a load.Answer
	raw := []byte(request)
	do := func() {
		if _, err := conn.Do(raw, &a); err != nil {
			t.Fatal(err)
		}
	}
	do()
	if n := testing.AllocsPerRun(2000, do); n != 0 {
		t.Errorf("%v allocations per request", n)
	}
}

// One request at a time over loopback: what the client costs at most, for the
// server's and the kernel's share is in it.
func BenchmarkDo(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			answerAll(c, []byte("HTTP/1.1 302 Found\r\nLocation: http://a.example/\r\nContent-Length: 0\r\n\r\n"))
		}
	}()
	conn, err := load.Dial(context.Background(), l.Addr().String(), 5*time.Second)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	var a load.Answer
	raw := []byte(request)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Do(raw, &a); err != nil {
			b.Fatal(err)
		}
	}
}
