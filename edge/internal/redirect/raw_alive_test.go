package redirect_test

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// E13: what a connection may do besides asking once.
func TestE13Connections(t *testing.T) {
	head := "HEAD /code HTTP/1.1\r\nHost: a.example\r\n\r\n"
	get := good + "\r\n"
	for name, c := range map[string]struct {
		raw     string
		methods string // G and H, of the answers
		clicks  int
		half    bool // whether the client ends its direction
	}{
		"kept alive":             {raw: get, methods: "G", clicks: 1},
		"pipelined":              {raw: strings.Repeat(get+head, 100), methods: strings.Repeat("GH", 100), clicks: 100},
		"HEAD":                   {raw: head, methods: "H"},
		"half-closed":            {raw: get, methods: "G", clicks: 1, half: true},
		"half-closed, pipelined": {raw: get + head + get, methods: "GHG", clicks: 2, half: true},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t)
			e.has("code", nil)
			conn := dial(t, e.serve(t, nil).Addr())
			conn.send(c.raw)
			if c.half {
				if err := conn.conn.(*net.TCPConn).CloseWrite(); err != nil {
					t.Fatal(err)
				}
			}
			for i, m := range c.methods {
				method := map[rune]string{'G': "GET", 'H': "HEAD"}[m]
				if r, body := conn.answer(method); r.StatusCode != 302 || body != "" || r.ContentLength != 0 {
					t.Fatalf("%d. %s: answered %d, length %d, body %q", i+1, method, r.StatusCode, r.ContentLength, body)
				}
			}
			if n := e.clicked(); n != c.clicks {
				t.Errorf("%d clicks, want %d", n, c.clicks)
			}
			if c.half && !conn.closed() || !c.half && !conn.open() {
				t.Error("the connection is not as the client left it")
			}
		})
	}
}

// E13, E5: half a head and then the end is refused, not guessed at.
func TestE13HalfAHead(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	conn := dial(t, e.serve(t, nil).Addr())
	conn.send(good)
	if err := conn.conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if r, _ := conn.answer("GET"); r.StatusCode != 400 || !conn.closed() || e.clicked() > 0 {
		t.Errorf("answered %d with %d clicks", r.StatusCode, e.clicked())
	}
}

// A panic is an answer of 500 and a count, and the server goes on.
func TestPanicIsCounted(t *testing.T) {
	e := newEdge(t)
	e.Cache = nil // lookups panic
	s := e.serve(t, nil)
	for range 2 {
		conn := dial(t, s.Addr())
		conn.send(good + "\r\n")
		if r, _ := conn.answer("GET"); r.StatusCode != 500 {
			t.Errorf("answered %d", r.StatusCode)
		}
	}
	registry := prometheus.NewPedanticRegistry()
	if err := errors.Join(registry.Register(s.Handler()), registry.Register(s.Connections())); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "fingerpost_edge_panics_total" && f.GetMetric()[0].GetCounter().GetValue() != 2 {
			t.Errorf("counted: %v", f)
		}
	}
}
