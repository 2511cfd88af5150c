package clicks_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
)

// F16: whatever the clock does, minutes are those of the clicks and never
// negative, figures once said to be final stay so, and every click is booked.
func TestF16ClockSteps(t *testing.T) {
	var clock atomic.Int64
	clock.Store(time.Date(2026, 11, 22, 0, 30, 0, 0, time.UTC).UnixMilli())
	b := newBooks(func() fault { return none })
	r := newRecorder(t, b, func(o *clicks.Options) { o.Now = func() time.Time { return time.UnixMilli(clock.Load()) } })
	r.Start()
	var want uint64
	for _, step := range []time.Duration{0, time.Hour, -2 * time.Hour, time.Hour, -1e6 * time.Hour, 2e6 * time.Hour} {
		clock.Add(step.Milliseconds())
		heard := b.heard()
		r.Record(clicks.Click{Domain: "a.example", Code: "code", At: clock.Load()})
		want++
		until(t, "the click is booked", func() bool { return b.total() == want })
		until(t, "the control plane hears how far the edge is", func() bool {
			clock.Add(100) // the shipper may look at the clock late
			return b.heard() > heard
		})
	}
	stop(t, r)
	if !slices.IsSorted(b.watermarks) {
		t.Errorf("watermarks fell: %v", b.watermarks)
	}
	for _, batch := range b.batches {
		for _, c := range batch.GetCounts() {
			if c.GetMinute() < 1 {
				t.Errorf("minute %d", c.GetMinute())
			}
		}
	}
}

// F16: each start's epoch is above the last one's, though the clock was set back.
func TestF16EpochRises(t *testing.T) {
	data := t.TempDir()
	clock := time.UnixMilli(1_000_000)
	var epochs []uint64
	for _, step := range []time.Duration{0, 0, -time.Hour} {
		clock = clock.Add(step)
		b := newBooks(func() fault { return none })
		r := newRecorder(t, b, func(o *clicks.Options) { o.Data, o.Now = data, func() time.Time { return clock } })
		r.Start()
		r.Record(clicks.Click{Domain: "a.example", Code: "code"})
		stop(t, r)
		for epoch := range b.last {
			epochs = append(epochs, epoch)
		}
	}
	if !slices.Equal(epochs, []uint64{1_000_000, 1_000_001, 1_000_002}) {
		t.Errorf("epochs %d", epochs)
	}
}

// Nothing is said to be final while an earlier start's clicks wait.
func TestWatermarkWaitsForOldClicks(t *testing.T) {
	data := t.TempDir()
	r := newRecorder(t, newBooks(func() fault { return before }), func(o *clicks.Options) { o.Data = data })
	r.Start()
	recordSome(r, 1000)
	_ = stopSoon(r)
	b := newBooks(func() fault { return none })
	r = newRecorder(t, b, func(o *clicks.Options) { o.Data = data })
	recordSome(r, 1000)
	r.Start()
	until(t, "the old clicks are shipped", func() bool { return len(folders(t, data)) == 1 })
	stop(t, r)
	for name, batch := range b.batches {
		if batch.GetEpoch() != batch.GetBoot() && batch.GetWatermark() != 0 {
			t.Errorf("batch %s says that all is there up to %d", name, batch.GetWatermark())
		}
	}
}

// F14: a control plane of the previous build, which takes no beats, is not told
// each second; and that it refuses them sets nothing aside.
func TestF14OldControlPlane(t *testing.T) {
	var clock atomic.Int64
	clock.Store(time.Date(2026, 11, 22, 0, 30, 0, 0, time.UTC).UnixMilli())
	b := newBooks(func() fault { return none })
	b.old = true
	r := newRecorder(t, b, func(o *clicks.Options) { o.Now = func() time.Time { return time.UnixMilli(clock.Load()) } })
	r.Start()
	until(t, "it was told", func() bool { return b.heard() == 1 })
	for n := range uint64(3) {
		clock.Add(2000)
		r.Record(clicks.Click{Domain: "a.example", Code: "code", At: clock.Load()})
		until(t, "the click is booked", func() bool { return b.total() == n+1 })
	}
	if n := b.heard(); n != 1 {
		t.Errorf("told %d times", n)
	}
	until(t, "it was told again", func() bool {
		clock.Add(time.Minute.Milliseconds()) // the shipper may look at the clock late
		return b.heard() > 1
	})
	stop(t, r)
	if n := metric(t, r, "fingerpost_edge_spool_conflicts_total"); n != 0 {
		t.Errorf("%d epochs are set aside", n)
	}
}
