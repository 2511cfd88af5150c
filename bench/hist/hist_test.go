package hist_test

import (
	"math"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/hist"
)

func TestQuantilesOfAKnownSpread(t *testing.T) {
	h := hist.New()
	for i := 1; i <= 10_000; i++ {
		h.Record(time.Duration(i) * 10 * time.Microsecond)
	}
	for _, c := range []struct {
		name string
		q    float64
		want time.Duration
	}{
		{"median", 0.5, 50 * time.Millisecond},
		{"p99", 0.99, 99 * time.Millisecond},
		{"p99.9", 0.999, 99_900 * time.Microsecond},
		{"max", 1, 100 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := h.Quantile(c.q); math.Abs(float64(got-c.want)) > float64(c.want)/1000 {
				t.Errorf("got %v, want %v within 0.1 %%", got, c.want)
			}
		})
	}
}

func TestMergeIsTheSameAsRecordingInOne(t *testing.T) {
	one, a, b := hist.New(), hist.New(), hist.New()
	for i := range 5_000 {
		d := time.Duration(i*i) * time.Microsecond
		one.Record(d)
		if i%3 == 0 {
			a.Record(d)
		} else {
			b.Record(d)
		}
	}
	a.Merge(b)
	if a.Summary() != one.Summary() {
		t.Errorf("merged %+v, one %+v", a.Summary(), one.Summary())
	}
}

func TestValuesOutsideTheRangeAreCounted(t *testing.T) {
	h := hist.New()
	h.Record(-time.Second)
	h.Record(time.Hour)
	got := h.Summary()
	if got.Count != 2 || math.Abs(got.Max-float64(hist.Highest.Milliseconds())) > got.Max/1000 {
		t.Errorf("got %+v; want both values, the long one as %v", got, hist.Highest)
	}
}

func TestEmptySummaryIsZero(t *testing.T) {
	if got := hist.New().Summary(); got != (hist.Summary{}) {
		t.Errorf("got %+v", got)
	}
}

func TestRecordAllocatesNothing(t *testing.T) {
	h := hist.New()
	if n := testing.AllocsPerRun(1000, func() { h.Record(123 * time.Microsecond) }); n != 0 {
		t.Errorf("%v allocations per value", n)
	}
}
