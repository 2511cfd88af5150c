package node_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/node"
)

// F15, F7: while nobody takes clicks, redirects go on; an edge that stops keeps its
// clicks, and the next start on its folder ships them, each once.
func TestF15ClicksOutliveTheEdge(t *testing.T) {
	for name, bytes := range map[string]int64{"on disk": 0, "in memory, while it runs": -1} {
		t.Run(name, func(t *testing.T) {
			s := surround(t)
			o := options(t)
			o.Clicks.SpoolBytes = bytes
			n := s.start(o)
			s.publish(record("code", 1, "https://t.example/"))
			s.plane.refuse(true)
			const visits = 30
			for range visits {
				gives(t, n, "code", 302)
			}
			until(t, "the spool shows what waits", func() bool {
				waiting, _ := strconv.Atoi(metric(t, n, "fingerpost_edge_spool_bytes"))
				return waiting > visits*32
			})
			if bytes == 0 {
				brief, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()
				if err := n.Stop(brief); err != nil {
					t.Error(err)
				}
				n = s.start(o)
			}
			s.plane.refuse(false)
			until(t, "all clicks are booked", func() bool { return s.plane.booked() >= visits })
			until(t, "nothing waits", func() bool { return metric(t, n, "fingerpost_edge_spool_bytes") == "0" })
			stop(t, n)
			if booked := s.plane.booked(); booked != visits {
				t.Errorf("%d clicks are booked of %d", booked, visits)
			}
		})
	}
}

// Two processes cannot share a folder.
func TestOneEdgeAFolder(t *testing.T) {
	o := options(t)
	n := start(t, o)
	defer stop(t, n)
	second, err := node.New(o)
	if err == nil {
		err = second.Start(t.Context())
	}
	if err == nil {
		stop(t, second)
		t.Error("a second edge uses the folder")
	}
}
