package stats

import (
	"sort"
	"time"
)

// Lengths in minutes.
const (
	hour = 60
	day  = 24 * hour
)

// ruler divides time into the buckets of a zone. Its marks are Unix minutes:
// since 1972 every zone's offset is a number of whole minutes.
type ruler struct {
	bucket Grain
	zone   *time.Location
}

// floor gives the start of the bucket that at is in.
func (r ruler) floor(at int64) int64 {
	switch local := r.local(at); r.bucket {
	case Minute:
		return at
	case Hour:
		// An hour in which the clocks change by less than one is two buckets.
		_, offset := local.Zone()
		start := down(at+int64(offset/60), hour) - int64(offset/60)
		if changed, _ := local.ZoneBounds(); !changed.IsZero() {
			start = max(start, changed.Unix()/60)
		}
		return start
	default:
		return r.midnight(local.Date())
	}
}

// next gives the start of the bucket after the one that starts at start.
func (r ruler) next(start int64) int64 {
	switch local := r.local(start); r.bucket {
	case Minute:
		return start + 1
	case Hour:
		_, offset := local.Zone()
		end := down(start+int64(offset/60), hour) - int64(offset/60) + hour
		if _, changes := local.ZoneBounds(); !changes.IsZero() {
			end = min(end, changes.Unix()/60)
		}
		return end
	default:
		return r.later(start, 1)
	}
}

// back gives the start of as many buckets before the marks as they enclose.
func (r ruler) back(marks []int64) int64 {
	first, last := marks[0], marks[len(marks)-1]
	if r.bucket == Day {
		year, month, date := r.local(first).Date()
		return r.midnight(year, month, date-(len(marks)-1))
	}
	return r.floor(first - (last - first))
}

// later gives the start of the day that is n days after the one that starts at
// start. A zone that crosses the date line leaves a day out.
func (r ruler) later(start int64, n int) int64 {
	year, month, date := r.local(start).Date()
	for ; ; n++ {
		if next := r.midnight(year, month, date+n); next > start {
			return next
		}
	}
}

// midnight gives the first minute of a day: not every day has a 00:00, and some
// have two.
func (r ruler) midnight(year int, month time.Month, date int) int64 {
	utc := time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
	earliest := utc.Unix()/60 - 14*hour // zones are up to 14 hours ahead, 12 behind
	return earliest + int64(sort.Search(26*hour, func(i int) bool {
		y, m, d := r.local(earliest + int64(i)).Date()
		return !time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Before(utc)
	}))
}

func (r ruler) local(at int64) time.Time { return time.Unix(at*60, 0).In(r.zone) }

// marks gives the bounds of the buckets that hold [from, to), or fewer than two if
// they would be more than most.
func (r ruler) marks(from, to int64, most int) []int64 {
	marks := []int64{r.floor(from)}
	for at := marks[0]; at < to; {
		if len(marks) > most {
			return nil
		}
		at = r.next(at)
		marks = append(marks, at)
	}
	return marks
}

// grain is the longest slot of which all buckets between the marks are made.
func grain(marks []int64) Grain {
	longest := Day
	for _, m := range marks {
		switch {
		case m%hour != 0:
			return Minute
		case m%day != 0:
			longest = Hour
		}
	}
	return longest
}

// down and up round to a multiple of length.
func down(at, length int64) int64 { return at - ((at%length)+length)%length }
func up(at, length int64) int64   { return -down(-at, length) }
