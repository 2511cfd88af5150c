package hist

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Highest is the longest duration that is told apart; longer ones count as it.
const Highest = 2 * time.Minute

// digits of a duration are kept, down to the nanosecond.
const digits = 3

// Histogram holds durations. It is not safe for concurrent use: each worker
// keeps its own, and they are merged at the end.
type Histogram struct{ h *hdrhistogram.Histogram }

// New gives an empty histogram, of about 250 KB.
func New() *Histogram {
	return &Histogram{hdrhistogram.New(1, int64(Highest), digits)}
}

// Record adds d. A negative duration counts as zero. Hot path: 0 allocs.
func (h *Histogram) Record(d time.Duration) {
	// A value inside the range cannot be refused, so there is no error to tell.
	_ = h.h.RecordValue(int64(min(max(d, 0), Highest)))
}

// Merge adds all values of o, which stays as it is.
func (h *Histogram) Merge(o *Histogram) { h.h.Merge(o.h) }

// Count is how many values were recorded.
func (h *Histogram) Count() int64 { return h.h.TotalCount() }

// Quantile is the value below or at which the fraction q (0 to 1) of all values
// lies; 0 without values.
func (h *Histogram) Quantile(q float64) time.Duration {
	return time.Duration(h.h.ValueAtPercentile(q * 100))
}

// Summary is what reports print. Times are milliseconds in JSON, because that
// is what people compare.
type Summary struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50_ms"`
	P90   float64 `json:"p90_ms"`
	P99   float64 `json:"p99_ms"`
	P999  float64 `json:"p999_ms"`
	Max   float64 `json:"max_ms"`
}

// Summary sums up the values so far.
func (h *Histogram) Summary() Summary {
	if h.Count() == 0 {
		return Summary{} // the library's maximum of nothing is a bucket's upper edge
	}
	return Summary{
		Count: h.Count(),
		P50:   millis(h.Quantile(0.5)),
		P90:   millis(h.Quantile(0.9)),
		P99:   millis(h.Quantile(0.99)),
		P999:  millis(h.Quantile(0.999)),
		Max:   millis(time.Duration(h.h.Max())),
	}
}

// millis rounds to the microsecond: the histogram holds no more than that.
func millis(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}
