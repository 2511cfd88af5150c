package loop_test

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/loop"
)

// Who computes and yields does not keep a request waiting for long, though there is
// one processor.
func TestYieldServes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	h := open(t, loop.Unswept())
	g, client := h.enter()
	var served atomic.Int64
	g.wait = func() { served.Add(1) }
	if !h.loops.Take(g.conn, g) {
		t.Fatal("no loop takes it")
	}
	const requests, yields = 50, 20
	late := 0
	for n := range requests {
		say(t, client, "ab")
		for range yields {
			if loop.Yield(); served.Load() > int64(n) {
				break
			}
		}
		if served.Load() <= int64(n) {
			late++
		}
		hear(t, client, "ab")
	}
	if late > requests/2 {
		t.Errorf("%d of %d requests were not served while others yielded %d times", late, requests, yields)
	}
	client.Close()
	over(t, g.ended)
}
