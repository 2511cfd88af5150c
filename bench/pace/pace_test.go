package pace_test

import (
	"math"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/pace"
)

func TestFixed(t *testing.T) {
	for _, c := range []struct {
		name      string
		perSecond uint64
		n         uint64
		want      time.Duration
	}{
		{"the first goes at once", 100, 0, 0},
		{"intervals are equal", 100, 7, 70 * time.Millisecond},
		{"a rate that divides no second does not drift", 3, 3_000_000, 1_000_000 * time.Second},
		{"more than one per nanosecond", 2_000_000_000, 3, time.Nanosecond},
		{"years of requests do not overflow", 1, 9_000_000_000, 9_000_000_000 * time.Second},
		{"the end of time is the last moment", 1, math.MaxUint64, math.MaxInt64},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := pace.Fixed(c.perSecond)
			if err != nil {
				t.Fatal(err)
			}
			if at, timed := p(c.n); at != c.want || !timed {
				t.Errorf("request %d at %d/s: at %v, timed %v; want %v", c.n, c.perSecond, at, timed, c.want)
			}
		})
	}
}

func TestFixedNeedsARate(t *testing.T) {
	if _, err := pace.Fixed(0); err == nil {
		t.Error("0 requests per second were accepted")
	}
}

func TestClosedHasNoMoments(t *testing.T) {
	if at, timed := pace.Closed()(42); at != 0 || timed {
		t.Errorf("got %v, %v; want no moment", at, timed)
	}
}
