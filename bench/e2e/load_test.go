package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/promise"
	"github.com/fingerpost/fingerpost/bench/pace"
)

// TestL1Saturation offers twice what an edge can answer, at fixed intervals: it
// goes on answering as much as at its peak, and meanwhile connections past the
// limit are refused at once.
func TestL1Saturation(t *testing.T) {
	const limit = 32
	d, judged := loadTime(t)
	e := startOneEdge(t, "--max-connections", strconv.Itoa(limit), "--max-connections-per-address", strconv.Itoa(limit))
	code := e.link(t)
	lasting := func(d time.Duration, connections int, pacer pace.Pacer) offered {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		return offer(ctx, t, e.addr, code, connections, pacer)
	}
	connections := func(n int) func() bool {
		return func() bool { return e.metric(t, "fingerpost_edge_connections") == float64(n) }
	}
	peak := func() float64 {
		eventually(t, startLimit, "nobody is connected", connections(0))
		return lasting(d/4, limit, pace.Closed()).perSecond()
	}
	before := peak()
	eventually(t, startLimit, "nobody is connected", connections(0))

	var over offered
	var group sync.WaitGroup
	ctx, end := context.WithCancel(t.Context())
	defer end()
	group.Go(func() { over = offer(ctx, t, e.addr, code, limit, fixed(t, 2*before)) })
	eventually(t, startLimit, "all that may are connected", connections(limit))
	past := lasting(d, 4, fixed(t, 50)) // few, for refusing takes time from answering
	end()
	group.Wait()
	after := peak() // for the machine may have been busier meanwhile

	share := 2 * over.perSecond() / (before + after)
	t.Logf("peak %.0f/s before and %.0f/s after; of twice as many %.0f/s are answered (%.2f), %v behind at the end; past the limit %d are refused, p99 %v",
		before, after, over.perSecond(), share, over.Latency.Quantile(1), past.refusals, past.Latency.Quantile(0.99))
	if over.redirects == 0 || over.refusals+over.others > 0 {
		t.Errorf("%d redirects, %d refusals, %d others", over.redirects, over.refusals, over.others)
	}
	if past.refusals == 0 || past.redirects > 0 {
		t.Errorf("past the limit: %d refusals, %d redirects, %d others", past.refusals, past.redirects, past.others)
	}
	if judged && share < 0.95 {
		t.Errorf("%.2f of the peak, want 0.95", share)
	}
	if judged && past.Latency.Quantile(0.99) > 100*time.Millisecond {
		t.Errorf("refused after %v, want 100 ms at most", past.Latency.Quantile(0.99))
	}
}

// TestL2IdleConnections holds idle connections up to the limit and past it.
func TestL2IdleConnections(t *testing.T) {
	connections := 300
	_, judged := loadTime(t)
	if judged {
		connections = 10_000
	}
	e := startOneEdge(t, "--max-connections", strconv.Itoa(connections+100), "--max-connections-per-address", strconv.Itoa(connections))
	code := e.link(t)
	before := memory(t, e)
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for range connections - 10 { // some for the test itself
		conns = append(conns, asked(t, e.addr, code))
	}
	full := memory(t, e) - before
	refused := 0
	for i := range connections {
		c, err := net.DialTimeout("tcp", e.addr, startLimit)
		if err != nil {
			t.Fatal(err)
		}
		if i >= 10 && wasRefused(t, c) {
			refused++
			c.Close()
			continue
		}
		conns = append(conns, c)
	}
	past := memory(t, e) - before
	t.Logf("%d idle connections: %.1f MB over the empty edge, %.1f KB each; as many again, %d of them refused: %.1f MB",
		connections, mega(full), float64(full)/float64(connections)/1024, refused, mega(past))
	if counted := e.metric(t, `fingerpost_edge_connections_refused_total{reason="address"}`); counted < float64(refused) {
		t.Errorf("%.0f refusals were counted", counted)
	}
	if refused < connections-10 {
		t.Errorf("%d of %d connections past the limit were refused", refused, connections)
	}
	if judged && mega(full) > 120 {
		t.Errorf("%.1f MB, want 120 at most", mega(full))
	}
	if judged && mega(past-full) > 10 {
		t.Errorf("%.1f MB more past the limit", mega(past-full))
	}
}

// TestL3Flood has a scanner try codes at random while visitors ask for a known
// one.
func TestL3Flood(t *testing.T) {
	const burst, rate = 50, 10
	d, judged := loadTime(t)
	e := startOneEdge(t, "--unknown-burst", strconv.Itoa(burst), "--unknown-rate", strconv.Itoa(rate))
	code := e.link(t)
	known := func() string { return "/" + code }
	alone := during(t, d, e.addr, 2, known)
	before := memory(t, e)
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var flood traffic
	var scanning sync.WaitGroup
	scanning.Go(func() {
		flood = visitFor(ctx, e.addr, 2, func() string { return fmt.Sprintf("/%07x", rand.Uint32()>>4) })
	})
	meanwhile := visitFor(ctx, e.addr, 2, known)
	scanning.Wait()
	ratio := float64(meanwhile.times.Quantile(0.99)) / float64(alone.times.Quantile(0.99))
	t.Logf("scanner: %.0f/s of 404, %.0f/s of 429; known codes: p99 %v alone, %v meanwhile (%.2f times); %.1f MB more memory",
		flood.rate(404), flood.rate(429), alone.times.Quantile(0.99), meanwhile.times.Quantile(0.99), ratio, mega(memory(t, e)-before))
	if most := burst + int(flood.took.Seconds()+2)*rate; flood.statuses[404] > most {
		t.Errorf("the scanner learnt of %d codes, want %d at most", flood.statuses[404], most)
	}
	if flood.statuses[429] == 0 || len(flood.statuses) != 2 {
		t.Errorf("the scanner got %v", flood.statuses)
	}
	if len(meanwhile.statuses) != 1 || meanwhile.statuses[302] == 0 || meanwhile.failures > 0 {
		t.Errorf("known codes got %v and %d failures", meanwhile.statuses, meanwhile.failures)
	}
	if judged && ratio > 2 {
		t.Errorf("p99 of known codes is %.2f times what it was, want 2 at most", ratio)
	}
}

// TestL4HotKey counts one link at full rate.
func TestL4HotKey(t *testing.T) {
	d, _ := loadTime(t)
	e := startOneEdge(t)
	code := e.link(t)
	seen := during(t, d, e.addr, 16, func() string { return "/" + code })
	want := uint64(seen.statuses[302]) + 1 // link asked once
	api := newClient(t, e.control)
	var total uint64
	eventually(t, 30*time.Second, fmt.Sprintf("%d clicks are counted", want), func() bool {
		total = api.must(t, 200, "GET", "/urls/"+code+"/stats", "").Total
		return total >= want
	})
	e.Signal(15)
	if status := e.Wait(promise.Within(stopLimit)); status != 0 {
		t.Errorf("the edge ended with %d", status)
	}
	// The visitors' last requests may have been answered without their reading it.
	total = api.must(t, 200, "GET", "/urls/"+code+"/stats", "").Total
	t.Logf("%.0f/s; %d answers, %d clicks", seen.rate(302), want, total)
	if len(seen.statuses) != 1 || seen.failures > 0 || total != want {
		t.Errorf("%v with %d failures, %d clicks of %d answers", seen.statuses, seen.failures, total, want)
	}
}

// asked is a connection that has had one answer.
func asked(t *testing.T, addr, code string) net.Conn {
	t.Helper()
	c, err := net.DialTimeout("tcp", addr, startLimit)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(c, "GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n", code); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1000)); n == 0 {
		t.Fatal(err)
	}
	return c
}

// wasRefused says whether the server sends a refusal without being asked.
func wasRefused(t *testing.T, c net.Conn) bool {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 100)
	n, _ := c.Read(b)
	return strings.HasPrefix(string(b[:n]), "HTTP/1.1 429 ")
}

// memory is what an edge has in RAM, in bytes.
func memory(t *testing.T, e *oneEdge) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", e.ID()))
	if err != nil {
		t.Skip("this system does not say what a process has in memory: ", err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}

func mega(bytes int64) float64 { return float64(bytes) / (1 << 20) }
