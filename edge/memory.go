package main

import (
	"os"
	"runtime/debug"
)

// garbage is how much garbage may gather, in percent of what is in use. Go's own
// 100 would double what the cache takes; and to collect often costs little here,
// for redirects leave none.
const garbage = 25

// saveMemory has the collector know that, unless GOGC says otherwise.
func saveMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}
