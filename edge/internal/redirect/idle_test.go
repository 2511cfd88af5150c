// The race detector's stacks are larger, and loops are Linux's.
//go:build linux && !race

package redirect_test

import (
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/redirect"
)

// L2: what a connection takes that has been answered and waits, whichever way the
// answer took. The client's end is in the figure for the heap.
func TestL2IdleAllocations(t *testing.T) {
	const connections, mostStack, mostHeap = 400, 400, 1500
	for name, target := range map[string]string{"a quick answer": "/code", "fasthttp's": "/none"} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t)
			e.has("code", nil)
			e.now = time.Now()
			addr := e.serve(t, func(o *redirect.Options) { o.Recorder = recorder(t) }).Addr()
			warm := dial(t, addr)
			warm.send("GET " + target + " HTTP/1.1\r\nHost: a.example\r\n\r\n")
			warm.answer("GET")
			stack, heap := inUse()
			for range connections {
				conn, err := net.Dial("tcp", addr)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if _, err := io.WriteString(conn, "GET "+target+" HTTP/1.1\r\nHost: a.example\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				if n, err := conn.Read(make([]byte, 1000)); n == 0 {
					t.Fatal(err)
				}
			}
			moreStack, moreHeap := inUse()
			stack, heap = (moreStack-stack)/connections, (moreHeap-heap)/connections
			t.Logf("%d bytes of stack and %d of heap", stack, heap)
			if stack > mostStack || heap > mostHeap {
				t.Errorf("want %d and %d at most", mostStack, mostHeap)
			}
		})
	}
}

// inUse is what is left of stacks and heap when the collector is done. What was
// there before may have become less since.
func inUse() (stack, heap int64) {
	var m runtime.MemStats
	for range 3 { // each may halve a stack
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.StackInuse), int64(m.HeapAlloc)
}
