package clicks_test

import (
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
)

// A burst every so often makes 200,000 clicks a second, more than an edge of few
// processors answers. Without rests the disk is measured: it takes what a minute
// of clicks fills in a second.
const (
	burst = 1000
	every = 5 * time.Millisecond
)

// BenchmarkRecord is what a request pays. Processor time of its own thread holds on
// a busy machine; the time that passed does not.
func BenchmarkRecord(b *testing.B) {
	for name, c := range usual() {
		b.Run(name, func(b *testing.B) {
			r := started(b, func(o *clicks.Options) {
				o.Bytes, o.Interval, o.Sync = 4<<30, time.Hour, 100*time.Millisecond
			})
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			rests := time.NewTicker(every)
			defer rests.Stop()
			var used time.Duration
			for left := b.N; left > 0; left -= burst {
				<-rests.C
				before := processor(b)
				for range min(left, burst) {
					r.Record(c)
				}
				used += processor(b) - before
			}
			b.ReportMetric(0, "ns/op") // mostly rests
			b.ReportMetric(float64(used)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(metric(b, r, `fingerpost_edge_clicks_lost_total{reason="full"}`)), "lost")
			_ = stopSoon(r)
		})
	}
}

// processor is the processor time that this thread has used.
func processor(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}
