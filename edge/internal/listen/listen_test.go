package listen_test

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/edge/internal/listen"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, limits listen.Limits, change func(*listen.Options)) (*listen.Listener, *listen.Gate) {
	t.Helper()
	gate, err := listen.NewGate(limits)
	if err != nil {
		t.Fatal(err)
	}
	o := listen.Options{Addr: "127.0.0.1:0", Gate: gate, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	l, err := listen.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return l, gate
}

// accepting gives what the listener lets in, and ends with it.
func accepting(t testing.TB, l *listen.Listener) <-chan net.Conn {
	t.Helper()
	conns, done := make(chan net.Conn, 1000), make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					t.Errorf("accepting ended with %v", err)
				}
				return
			}
			conns <- c
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
		for {
			select {
			case c := <-conns:
				c.Close()
			default:
				return
			}
		}
	})
	return conns
}

func dial(t testing.TB, l net.Listener) net.Conn {
	t.Helper()
	c, err := net.DialTimeout("tcp", l.Addr().String(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// refusal is the answer to a connection that may not come in.
func refusal(t testing.TB, c net.Conn) *http.Response {
	t.Helper()
	_, _ = io.WriteString(c, "GET /code HTTP/1.1\r\nHost: a.example\r\n\r\n")
	in := bufio.NewReader(c)
	r, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(in); len(rest) > 0 || err != nil {
		t.Errorf("after the refusal: %q, %v", rest, err)
	}
	return r
}

// L2: past the limit nothing is kept, the answer comes at once, and a place that
// becomes free is given away.
func TestL2ConnectionsAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		limits listen.Limits
		status int
		reason string
	}{
		"in all":     {listen.Limits{Connections: 3, PerAddress: 100}, 503, "total"},
		"of address": {listen.Limits{Connections: 100, PerAddress: 3}, 429, "address"},
	} {
		t.Run(name, func(t *testing.T) {
			l, gate := open(t, c.limits, nil)
			conns := accepting(t, l)
			var inside []net.Conn
			for range 3 {
				dial(t, l)
				inside = append(inside, <-conns)
			}
			for range 200 { // more than are turned away politely at once
				if r := refusal(t, dial(t, l)); r.StatusCode != c.status || r.Header.Get("Retry-After") == "" {
					t.Fatalf("answered %d", r.StatusCode)
				}
			}
			inside[0].Close()
			inside[0].Close() // frees one place, not two
			dial(t, l)
			inside[0] = <-conns
			if r := refusal(t, dial(t, l)); r.StatusCode != c.status {
				t.Errorf("answered %d", r.StatusCode)
			}
			for _, conn := range inside {
				conn.Close()
			}
			if n := testutil.CollectAndCount(gate); n != 3 {
				t.Errorf("%d metrics", n)
			}
		})
	}
}

// What trusted proxies pass on is bounded in all only.
func TestTrustedProxyMayHoldMany(t *testing.T) {
	l, _ := open(t, listen.Limits{Connections: 10, PerAddress: 1}, func(o *listen.Options) {
		o.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	conns := accepting(t, l)
	for range 10 {
		dial(t, l)
		defer (<-conns).Close()
	}
	if r := refusal(t, dial(t, l)); r.StatusCode != 503 {
		t.Errorf("answered %d", r.StatusCode)
	}
}

func TestBadOptions(t *testing.T) {
	gate, err := listen.NewGate(listen.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	for name, o := range map[string]listen.Options{
		"no gate":               {Logger: log},
		"no logger":             {Gate: gate},
		"nobody trusted":        {Gate: gate, Logger: log, ProxyProtocol: true},
		"no address":            {Gate: gate, Logger: log, Addr: "nonsense"},
		"no address to share":   {Gate: gate, Logger: log, Addr: "nonsense", Share: true},
		"somebody else's share": {Gate: gate, Logger: log, Addr: "192.0.2.1:1", Share: true},
	} {
		if l, err := listen.Open(o); err == nil {
			l.Close()
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := listen.NewGate(listen.Limits{Connections: -1}); err == nil {
		t.Error("a negative limit: no error")
	}
}

// What has arrived is read to its end and no further, though a deadline may be far;
// answers can be written all the same. So it is with who comes in at that moment.
func TestEndReading(t *testing.T) {
	l, gate := open(t, listen.Limits{}, nil)
	conns := accepting(t, l)
	client := dial(t, l)
	c := <-conns
	if _, err := client.Write([]byte("??")); err != nil {
		t.Fatal(err)
	}
	gate.EndReading()
	late := dial(t, l)
	ends(t, client, c, "??")
	ends(t, late, <-conns, "")
}

// ends checks that c reads no more than want, and can answer.
func ends(t *testing.T, client, c net.Conn, want string) {
	t.Helper()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(c); string(b) != want || err != nil {
		t.Errorf("read %q, %v", b, err)
	}
	if _, err := c.Write([]byte("!")); err != nil {
		t.Error(err)
	}
	if n, err := client.Read(make([]byte, 1)); n != 1 {
		t.Error(err)
	}
}

// Who is cut off may still be used by whoever serves it, who finds its end.
func TestCutOff(t *testing.T) {
	l, gate := open(t, listen.Limits{}, nil)
	conns := accepting(t, l)
	client := dial(t, l)
	c := <-conns
	gate.CutOff()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if _, err := c.Write([]byte("!")); err == nil {
		t.Error("an answer was written")
	}
	if n, err := client.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("the client read %d bytes, %v", n, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
