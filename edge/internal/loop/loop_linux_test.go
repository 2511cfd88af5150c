package loop_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/fingerpost/fingerpost/edge/internal/loop"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// guest says what it hears, "much" at length, and is lent on "lend".
type guest struct {
	conn  net.Conn
	wait  func()                                     // before it says it, if set
	lent  func(g *guest, s loop.Socket, rest []byte) // what it does then
	now   int64
	ended chan struct{}
	room  [8]byte
}

func (g *guest) Serve(s loop.Socket, now int64, said []byte) ([]byte, bool, error) {
	g.now = now
	n, err := s.TryRead(g.room[:])
	if g.wait != nil {
		g.wait()
	}
	words, lent := bytes.CutSuffix(g.room[:n], []byte("lend"))
	if string(words) == "much" {
		words = make([]byte, much)
	}
	return append(said, words...), !lent, err
}

func (g *guest) Converse(s loop.Socket, rest []byte) { g.lent(g, s, rest) }

func (g *guest) End() {
	g.conn.Close()
	close(g.ended)
}

// house is where guests come in.
type house struct {
	t        *testing.T
	loops    *loop.Loops
	listener net.Listener
}

func open(t *testing.T, o loop.Options) *house {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := loop.Listener(tcp)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	loops, err := loop.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := loops.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loops.Stop)
	return &house{t, loops, l}
}

// enter gives both ends of a connection that no loop has yet.
func (h *house) enter() (*guest, *net.TCPConn) {
	h.t.Helper()
	client, err := net.Dial("tcp", h.listener.Addr().String())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { client.Close() })
	if err := client.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		h.t.Fatal(err)
	}
	c, err := h.listener.Accept()
	if err != nil {
		h.t.Fatal(err)
	}
	return &guest{conn: c, ended: make(chan struct{})}, client.(*net.TCPConn)
}

// take has a loop serve a new guest, who is lent to lent if he is.
func (h *house) take(lent func(*guest, loop.Socket, []byte)) (*guest, *net.TCPConn) {
	h.t.Helper()
	g, client := h.enter()
	g.lent = lent
	if !h.loops.Take(g.conn, g) {
		h.t.Fatal("no loop takes it")
	}
	return g, client
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, c net.Conn, want string) {
	t.Helper()
	b := make([]byte, len(want))
	if n, err := io.ReadFull(c, b); err != nil || string(b) != want {
		t.Fatalf("heard %q, %v, want %q", b[:n], err, want)
	}
}

// over waits for what must come to be.
func over(t *testing.T, what <-chan struct{}) {
	t.Helper()
	select {
	case <-what:
	case <-time.After(20 * time.Second):
		t.Fatal("it never ends")
	}
}

// Everybody is served, also when more have something to say than a turn takes, and
// than another one does for which the loop was woken meanwhile.
func TestManyAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one loop
	h := open(t, loop.Unswept())
	all := make(chan struct{})
	clients := make([]net.Conn, 4*loop.Turn)
	words := func(i int) string { return strconv.Itoa(i * i) }
	for i := range clients {
		var g *guest
		g, clients[i] = h.enter()
		g.wait = func() { <-all } // the loop does not move before
		say(t, clients[i], words(i))
		if !h.loops.Take(g.conn, g) {
			t.Fatal("no loop takes it")
		}
	}
	close(all)
	for i, c := range clients {
		hear(t, c, words(i))
	}
}

// E13: the end of the client's direction is seen, though it came with a request
// and is not announced again.
func TestE13EndWithARequest(t *testing.T) {
	h := open(t, loop.Options{})
	g, client := h.enter()
	say(t, client, "last")
	if err := client.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if !h.loops.Take(g.conn, g) {
		t.Fatal("no loop takes it")
	}
	hear(t, client, "last")
	over(t, g.ended)
}

// Who is silent is ended, before the first request sooner than after it; who asks
// is not, however long he has been here.
func TestE14Silence(t *testing.T) {
	h := open(t, loop.Options{First: 2 * time.Second, Idle: 3 * time.Second})
	asked, client := h.take(nil)
	silent, _ := h.take(nil)
	busy, asking := h.take(nil)
	say(t, client, "once")
	hear(t, client, "once")
	for ended := 0; ended < 2; {
		say(t, asking, "again")
		hear(t, asking, "again")
		select {
		case <-silent.ended:
			silent.ended = nil
			ended++
		case <-asked.ended:
			if silent.ended != nil {
				t.Error("who has asked was ended before who has not")
			}
			asked.ended = nil
			ended++
		case <-busy.ended:
			t.Fatal("ended in the middle of a conversation")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// The clock is the one that was given.
func TestClock(t *testing.T) {
	h := open(t, loop.Options{Now: func() time.Time { return time.UnixMilli(12345) }})
	g, client := h.take(nil)
	say(t, client, "?")
	hear(t, client, "?")
	client.Close()
	over(t, g.ended)
	if g.now != 12345 {
		t.Errorf("served at %d", g.now)
	}
}

// What a loop has ends with it.
func TestStop(t *testing.T) {
	h := open(t, loop.Options{})
	first, _ := h.take(nil)
	second, _ := h.take(nil)
	h.loops.Stop()
	over(t, first.ended)
	over(t, second.ended)
	late, _ := h.enter()
	defer late.conn.Close()
	if h.loops.Take(late.conn, late) {
		t.Error("a loop that has ended takes a guest")
	}
}

// A listener that is closed is told from one that fails, also by those who wait.
func TestAcceptEndsWithTheListener(t *testing.T) {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := loop.Listener(port)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	accept := func() { _, err := l.Accept(); ended <- err }
	go accept() // before, or while it is closed
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	go accept()
	for range 2 {
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("ended with %v", err)
		}
	}
}

// Connections are as net makes them, though only the socket that listens was told.
func TestInherited(t *testing.T) {
	h := open(t, loop.Options{})
	g, _ := h.enter()
	defer g.conn.Close()
	for name, option := range map[string][3]int{
		"no delay":   {syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1},
		"keep alive": {syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
		"idle":       {syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, 15},
	} {
		if got, err := syscall.GetsockoptInt(loop.Descriptor(g.conn), option[0], option[1]); err != nil || got != option[2] {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
	if got, err := unix.GetsockoptString(loop.Descriptor(g.conn), unix.IPPROTO_TCP, unix.TCP_CONGESTION); err != nil || got != "reno" {
		t.Errorf("congestion control: %q, %v", got, err)
	}
}

func TestDoesNotAllocate(t *testing.T) {
	h := open(t, loop.Options{})
	_, client := h.take(nil)
	b := make([]byte, 4)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := client.Write(b); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(client, b); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a request", n)
	}
}

func TestOthersAreNotTaken(t *testing.T) {
	h := open(t, loop.Options{})
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if h.loops.Take(a, &guest{conn: a}) {
		t.Error("a pipe was taken")
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []loop.Options{{First: time.Millisecond}, {Idle: time.Millisecond}, {Idle: -1}} {
		if _, err := loop.New(o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}
