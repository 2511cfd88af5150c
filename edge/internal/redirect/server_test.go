package redirect_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/edge/internal/redirect"
)

// TestServer goes through sockets: keep-alive, pipelining, HEAD, stopping.
func TestServer(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	s, err := redirect.NewServer(redirect.Options{
		Addr: "127.0.0.1:0", Lookup: e, Recorder: e, View: e, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	answers := pipeline(t, s.Addr(), "GET /code HTTP/1.1\r\nHost: a.example\r\n\r\n"+
		"HEAD /code HTTP/1.1\r\nHost: a.example\r\n\r\nHEAD /none HTTP/1.1\r\nHost: a.example\r\n\r\nGET /none HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n",
		"GET", "HEAD", "HEAD", "GET")
	if !bytes.Equal(answers[0], answers[1]) || !bytes.HasPrefix(answers[0], []byte("HTTP/1.1 302 Found")) {
		t.Errorf("GET:\n%s\nHEAD:\n%s", answers[0], answers[1])
	}
	if bytes.Contains(answers[0], []byte("Server:")) || !bytes.Contains(answers[0], []byte("Content-Length: 0\r\n")) {
		t.Errorf("headers of a redirect:\n%s", answers[0])
	}
	if !bytes.HasPrefix(answers[3], []byte("HTTP/1.1 404")) || !bytes.HasSuffix(answers[3], []byte("Not Found\n")) {
		t.Errorf("unknown:\n%s", answers[3])
	}
	if e.clicked() != 1 {
		t.Errorf("%d clicks of one GET", e.clicked())
	}
	end(t, s)
}

func end(t testing.TB, s *redirect.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// pipeline sends all requests at once and gives each answer's bytes.
func pipeline(t *testing.T, addr, requests string, methods ...string) [][]byte {
	t.Helper()
	conn, err := fasthttp.DialTimeout(addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, requests); err != nil {
		t.Fatal(err)
	}
	var answers [][]byte
	var raw bytes.Buffer
	in := bufio.NewReader(io.TeeReader(conn, &raw))
	for _, m := range methods {
		before := raw.Len() - in.Buffered()
		r, err := http.ReadResponse(in, &http.Request{Method: m})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, bytes.Clone(raw.Bytes()[before:raw.Len()-in.Buffered()]))
	}
	return answers
}

// A server that is stopped before it has come to serve ends all the same.
func TestStopAtOnce(t *testing.T) {
	e := newEdge(t)
	for range 200 {
		s, err := redirect.NewServer(redirect.Options{
			Addr: "127.0.0.1:0", Lookup: e, Recorder: e, View: e, Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		err = s.Stop(ctx)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
	}
}
