// The race detector makes sync.Pool forget at random, which allocates.
//go:build !race

package redirect_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/guard"
	"github.com/fingerpost/fingerpost/edge/internal/redirect"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// nobody takes clicks, and knows nothing of them.
type nobody struct{}

func (nobody) Ship(context.Context, *wire.Batch) error           { return nil }
func (nobody) Salt(context.Context, int64) (k [16]byte, _ error) { return k, nil }
func (nobody) Describe(visit.Visit) (f visit.Facts)              { return f }

// request is the whole job from a parsed request to an answer set, by way of
// fasthttp: host, code, stamp, dates, click, headers, metrics.
func request(t testing.TB, target string) func() {
	_, once := warm(t, target)
	return once
}

// warm gives a handler that holds a link in memory, and a request to it.
func warm(t testing.TB, target string) (handler *redirect.Handler, once func()) {
	t.Helper()
	e := newEdge(t)
	e.has("code123", func(l *link.Link) { l.ExpiresAt = time.Now().Add(time.Hour).UnixMilli() })
	handler, err := redirect.NewHandler(redirect.Options{
		Lookup: e, Recorder: recorder(t), View: e, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	e.now = time.Now()
	ctx := new(fasthttp.RequestCtx)
	raw := "GET " + target + " HTTP/1.1\r\nHost: a.example\r\n\r\n"
	if err := ctx.Request.Header.Read(bufio.NewReader(strings.NewReader(raw))); err != nil {
		t.Fatal(err)
	}
	once = func() {
		ctx.Response.Reset()
		handler.Serve(ctx)
	}
	once() // fills the cache
	return handler, once
}

// recorder is a real one. It ships for a benchmark only, which would fill what a
// test does not.
func recorder(t testing.TB) *clicks.Recorder {
	t.Helper()
	r, err := clicks.New(clicks.Options{
		Edge: "test", Data: t.TempDir(), Plane: nobody{}, Visits: nobody{}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, long := t.(*testing.B); long {
		r.Start()
		t.Cleanup(func() {
			if err := r.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	return r
}

// paced runs once at 200,000 times a second, as BenchmarkRecord does: an edge records
// no faster, and a spool that is filled before its segments are ready records nothing.
func paced(b *testing.B, once func()) {
	b.ReportAllocs()
	for n := 1; b.Loop(); n++ {
		if once(); n%10_000 == 0 {
			b.StopTimer()
			time.Sleep(50 * time.Millisecond)
			b.StartTimer()
		}
	}
}

func TestNoAllocations(t *testing.T) {
	for name, target := range map[string]string{"hit": "/code123", "hit with query": "/code123?a=b", "remembered absence": "/unknown"} {
		t.Run(name, func(t *testing.T) {
			if n := testing.AllocsPerRun(20_000, request(t, target)); n != 0 {
				t.Errorf("%v allocations in each request", n)
			}
		})
	}
}

func BenchmarkHandler(b *testing.B) {
	for name, target := range map[string]string{"hit": "/code123", "unknown": "/unknown"} {
		b.Run(name, func(b *testing.B) {
			paced(b, request(b, target))
		})
	}
}

// BenchmarkQuick is a hit as it is answered on a connection: from a head that the
// guard has read to the bytes of the answer, the click recorded. The clock is not in
// it: a loop reads it once for all that has arrived.
func BenchmarkQuick(b *testing.B) {
	for name, headers := range map[string]string{
		"bare":    "",
		"browser": "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\nAccept-Language: de,en;q=0.5\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			handler, _ := warm(b, "/code123")
			g, err := guard.New(guard.Options{Refused: func(int) {}})
			if err != nil {
				b.Fatal(err)
			}
			p := g.Plain(heard{strings.NewReader("GET /code123 HTTP/1.1\r\nHost: a.example\r\n" + headers + "\r\n")})
			if err := p.Advance(); err != nil {
				b.Fatal(err)
			}
			answer, now := make([]byte, 0, 512), time.Now().UnixMilli()
			paced(b, func() {
				if len(handler.Quick(p, now, answer)) == 0 {
					b.Fatal("not answered quickly")
				}
			})
		})
	}
}

// heard is a connection that a request came by.
type heard struct{ *strings.Reader }

func (heard) Write(b []byte) (int, error)      { return len(b), nil }
func (heard) Close() error                     { return nil }
func (heard) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (heard) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1} }
func (heard) SetDeadline(time.Time) error      { return nil }
func (heard) SetReadDeadline(time.Time) error  { return nil }
func (heard) SetWriteDeadline(time.Time) error { return nil }

// uncounted takes no notice of clicks.
type uncounted struct{}

func (uncounted) Record(clicks.Click) {}

// A quick answer, from the socket to the socket, leaves no garbage.
func TestQuickDoesNotAllocate(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	e.now = time.Now()
	c := dial(t, e.serve(t, func(o *redirect.Options) { o.Recorder = uncounted{} }).Addr())
	length := 0
	for _, line := range c.head("/code", "") {
		length += len(line)
	}
	ask := []byte("GET /code HTTP/1.1\r\nHost: a.example\r\nUser-Agent: a\r\nReferer: r\r\nAccept-Language: l\r\nDNT: 1\r\n\r\n")
	answer := make([]byte, length+len("\r\n"))
	if n := testing.AllocsPerRun(2000, func() {
		if _, err := c.conn.Write(ask); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c.conn, answer); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a request", n)
	}
	if !strings.HasSuffix(string(answer), "\r\n\r\n") {
		t.Errorf("answered %q", answer)
	}
}
