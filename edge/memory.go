package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// garbage is what may gather between two collections, beside a heap for which
	// it is between the two shares, in percent.
	garbage                   = 48 << 20
	leastGarbage, mostGarbage = 10, 25
	// tending is how often the heap is looked at. It grows as memory warms up.
	tending = 2 * time.Second
)

// tendGarbage bounds garbage by size until ctx ends, unless GOGC says otherwise.
// Go's own 100 percent would double what a full cache takes; a share that suits a
// full cache has the collector run all the time while that is still small.
func tendGarbage(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	tick := time.NewTicker(tending)
	defer tick.Stop()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for set := 0; ; {
		metrics.Read(live)
		// Setting it stops the world for a moment, so not for every small change.
		if share := garbageShare(live[0].Value.Uint64()); 8*share < 7*set || 8*share > 9*set {
			set = share
			debug.SetGCPercent(set)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// garbageShare is GOGC for a heap of so many bytes in use.
func garbageShare(live uint64) int {
	return min(mostGarbage, max(leastGarbage, int(100*garbage/max(live, 1))))
}
