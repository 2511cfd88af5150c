package e2e_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	// watched is how many links are changed and read; few, so that fills and
	// events of the same link meet all the time.
	watched = 16
	// fillers are links of fillerBytes each: more than the edge's cache holds.
	// Readers ask for stride of them before each watched link, so that all are
	// equally popular and the watched ones are evicted and filled again, too.
	fillers     = 200
	fillerBytes = 7000
	stride      = 13
	// A link is changed burst times before its writer goes on to the next:
	// several changes of it are then on their way at once.
	writers = 4
	burst   = 10
)

// Promise 2: once an edge has shown a change, it shows nothing older, whatever
// happens to the feed meanwhile.
func TestNoGoingBack(t *testing.T) {
	t.Parallel()
	// The least cache that an edge takes, and a feed that is slower than misses:
	// a fill is then often newer than the changes that arrive after it.
	c := startCluster(t, "1048576", 100*time.Millisecond)
	api := newClient(t, c.control)
	w := &writing{api: api}
	for i := range w.codes {
		w.codes[i] = api.must(t, 201, "POST", "/urls", target(w.url(i))).Code
	}
	filling := createFillers(t, api)

	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	for from := range writers {
		group.Go(func() { w.run(ctx, from) })
	}
	var reads atomic.Int64
	for _, edge := range c.edges {
		shown := &[watched]atomic.Int64{}
		for range 2 {
			r := &reader{edge: edge, codes: &w.codes, fillers: filling, shown: shown, reads: &reads}
			group.Go(func() { r.run(ctx, t) })
		}
	}
	more := func(what string) { // lets the edges be read for a while in this state
		t.Helper()
		before := reads.Load()
		eventually(t, startLimit, what, func() bool { return reads.Load() > before+300 })
	}

	more("reads go on with all well")
	c.etcd.Signal(syscall.SIGSTOP)
	c.awaitEdges(t, false)
	more("reads go on with etcd frozen")
	c.etcd.Signal(syscall.SIGCONT)
	c.awaitEdges(t, true)
	more("reads go on with etcd thawed")
	c.etcd.Kill()
	c.awaitEdges(t, false)
	more("reads go on with etcd killed")
	c.etcd.start()
	c.awaitEdges(t, true)
	more("reads go on with etcd restarted")
	c.etcd.Kill()
	c.etcd.wipe()
	c.etcd.start()
	more("reads go on with another etcd cluster")
	c.awaitEdges(t, true)
	more("reads go on when attached to it")

	stop()
	group.Wait()
	catchUp(t, c, w)
	t.Logf("%d reads, %d changes", reads.Load(), w.changes.Load())
}

// writing changes the links' targets, which hold a number that only rises.
type writing struct {
	api     *client
	codes   [watched]string
	next    atomic.Int64
	changes atomic.Int64
}

func (w *writing) url(i int) string {
	return fmt.Sprintf("https://example.org/%d/%d", i, w.next.Add(1))
}

// run changes every writers-th link from the given one on, burst times in a row:
// only one writer for a link, so that numbers reach the database in their order.
// A change that fails may have been made or not; the number after it is higher
// either way.
func (w *writing) run(ctx context.Context, from int) {
	for n := 0; ctx.Err() == nil; n++ {
		i := (from + n/burst*writers) % watched
		if status, _, err := w.api.call(ctx, "PATCH", "/urls/"+w.codes[i], target(w.url(i))); err == nil && status == 200 {
			w.changes.Add(1)
		}
	}
}

// reader reads the links from one edge.
type reader struct {
	edge    string
	codes   *[watched]string
	fillers []string
	// shown holds the highest number that any reader of this edge has seen for
	// each link: an answer to a request that began afterwards must not be lower.
	shown *[watched]atomic.Int64
	reads *atomic.Int64 // of watched links, by all readers
}

func (r *reader) run(ctx context.Context, t *testing.T) {
	v := newVisitor(r.edge)
	defer v.close()
	for n := 0; ctx.Err() == nil; n++ {
		for k := range stride { // what these answer is not looked at
			_, _, _ = v.get(ctx, "/"+r.fillers[(n*stride+k)%len(r.fillers)])
		}
		i := n % watched
		floor := r.shown[i].Load()
		status, location, err := v.get(ctx, "/"+r.codes[i])
		if ctx.Err() != nil {
			return
		}
		if err == nil && status == 503 { // the machine stands still: nothing older is shown
			continue
		}
		number, ok := numberOf(i, location)
		if err != nil || status != 302 || !ok {
			t.Errorf("%s, link %d: %d %q, error %v", r.edge, i, status, location, err)
			return
		}
		if number < floor {
			t.Errorf("%s, link %d: went back from %d to %d", r.edge, i, floor, number)
			return
		}
		raise(&r.shown[i], number)
		r.reads.Add(1)
	}
}

// createFillers makes the links that push others out of the caches.
func createFillers(t *testing.T, api *client) []string {
	t.Helper()
	codes := make([]string, fillers)
	for i := range codes {
		url := fmt.Sprintf("https://example.org/filler/%d?%s", i, strings.Repeat("x", fillerBytes))
		codes[i] = api.must(t, 201, "POST", "/urls", target(url)).Code
	}
	return codes
}

func numberOf(i int, location string) (number int64, ok bool) {
	text, ok := strings.CutPrefix(location, fmt.Sprintf("https://example.org/%d/", i))
	if !ok {
		return 0, false
	}
	number, err := strconv.ParseInt(text, 10, 64)
	return number, err == nil
}

func raise(v *atomic.Int64, to int64) {
	for old := v.Load(); old < to && !v.CompareAndSwap(old, to); old = v.Load() {
	}
}

// catchUp makes a last change to each link and waits for every edge to show it.
func catchUp(t *testing.T, c *cluster, w *writing) {
	t.Helper()
	for i, code := range w.codes {
		last := w.url(i)
		eventually(t, startLimit, "the last change is taken", func() bool {
			status, _, err := w.api.call(t.Context(), "PATCH", "/urls/"+code, target(last))
			return err == nil && status == 200
		})
		for _, edge := range c.edges {
			v := newVisitor(edge)
			eventually(t, startLimit, edge+" shows the last change", func() bool {
				_, location, err := v.get(t.Context(), "/"+code)
				return err == nil && location == last
			})
			v.close()
		}
	}
}
