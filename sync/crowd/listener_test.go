package crowd_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/sync/crowd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const most = 4

// house is an http.Server for a crowd. A request for /wait is answered when the test
// lets it.
type house struct {
	*crowd.Listener
	t          *testing.T
	came, goOn chan struct{}
}

func newHouse(t *testing.T) *house {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Listener: crowd.Limit(l, most), t: t, came: make(chan struct{}), goOn: make(chan struct{})}
	server := &http.Server{ConnState: h.State, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			h.came <- struct{}{}
			<-h.goOn
		}
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(h); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("the server ended: %v", err)
		}
	}()
	t.Cleanup(func() { server.Close(); <-done })
	return h
}

func (h *house) dial() net.Conn {
	h.t.Helper()
	c, err := net.Dial("tcp", h.Addr().String())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		h.t.Fatal(err)
	}
	return c
}

// ask sends the head of a request.
func (h *house) ask(c net.Conn, path string) {
	h.t.Helper()
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) answered(c net.Conn) {
	h.t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	answer.Body.Close()
}

// closed waits for the end of a connection.
func (h *house) closed(c net.Conn) {
	h.t.Helper()
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, net.ErrClosed) {
		h.t.Errorf("read %v, want an end", err)
	}
}

// Who keeps connections without a request, in whatever way, shuts nobody out.
func TestIdleOnesMakeRoom(t *testing.T) {
	for name, keep := range map[string]func(h *house, c net.Conn){
		"silent":       func(*house, net.Conn) {},
		"half a head":  func(_ *house, c net.Conn) { _, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost:") },
		"kept alive":   func(h *house, c net.Conn) { h.ask(c, "/"); h.answered(c) },
		"and the next": func(h *house, c net.Conn) { h.ask(c, "/"); h.answered(c); _, _ = io.WriteString(c, "GET") },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			var kept []net.Conn
			for range 5 * most {
				c := h.dial()
				keep(h, c)
				kept = append(kept, c)
			}
			late := h.dial()
			h.ask(late, "/")
			h.answered(late)
			if name == "silent" { // the others are idle a moment after they are answered
				for _, c := range kept[:4*most] {
					h.closed(c)
				}
			}
			if open, shed := h.Open(), h.Shed(); open > most || shed != 4*most+1 {
				t.Errorf("%d connections are open and %d were closed", open, shed)
			}
		})
	}
}

// Who has a request keeps its connection; others wait until one ends.
func TestBusyOnesStay(t *testing.T) {
	h := newHouse(t)
	var busy []net.Conn
	for range most {
		c := h.dial()
		h.ask(c, "/wait")
		<-h.came
		busy = append(busy, c)
	}
	late := h.dial()
	h.ask(late, "/")
	h.goOn <- struct{}{}
	h.answered(late)
	if h.Shed() != 1 {
		t.Errorf("%d connections were closed", h.Shed())
	}
	close(h.goOn)
	left := 0
	for _, c := range busy {
		if answer, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
			answer.Body.Close()
			left++
		}
	}
	if left != most {
		t.Errorf("%d of %d requests were answered", left, most)
	}
}

// Without a server that tells of requests, a place is free when a connection ends.
func TestOthersWait(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Listener: crowd.Limit(l, 1), t: t}
	peer := h.dial()
	first, err := h.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.(interface{ CloseWrite() error }).CloseWrite(); err != nil { // http.Server asks for it
		t.Error(err)
	}
	h.closed(peer)
	h.dial()
	accepted := make(chan error, 2)
	accept := func() {
		c, err := h.Accept()
		if err == nil {
			t.Cleanup(func() { c.Close() })
		}
		accepted <- err
	}
	go accept()
	first.Close()
	first.Close() // counts once
	if err := <-accepted; err != nil || h.Open() != 1 {
		t.Errorf("accepted: %v; %d are open", err, h.Open())
	}
	h.dial()
	go accept()
	h.Close()
	if err := <-accepted; !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepted: %v", err)
	}
}
