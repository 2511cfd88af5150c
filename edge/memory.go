package main

import (
	"os"
	"runtime/debug"
)

// saveMemory has the collector let about 64 MiB of garbage gather beside a cache
// of this size, and in any case from 10 to 25 percent of what is in use, unless
// GOGC says otherwise. Go's own 100 percent would double what the cache takes; and
// to collect often costs little here, for redirects leave no garbage.
func saveMemory(cacheBytes int64) {
	const garbage = 64 << 20
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(int(min(25, max(10, 100*garbage/max(cacheBytes, 1)))))
	}
}
