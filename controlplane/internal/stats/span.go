package stats

import (
	"fmt"
	"slices"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// MaxBuckets bounds an answer: a week of minutes, a year of hours.
const MaxBuckets = 10_080

// span gives the bounds of the buckets that q is about, two at least, or says why
// there is no answer.
func (s *Stats) span(q *Question) ([]int64, error) {
	r := ruler{q.Bucket, q.Zone}
	from, to := minute(q.From), minute(q.To.Add(time.Minute-1))
	open := q.From.IsZero()
	if open {
		from = s.widest(q, r, to)
	}
	switch {
	case from < 0:
		return nil, links.Refuse("from", links.Bad, "is before 1970")
	case from >= to:
		return nil, links.Refuse("to", links.Conflict, "must be later than from")
	}
	marks := r.marks(from, to, MaxBuckets)
	if marks == nil {
		return nil, links.Refuse("bucket", links.TooMany, "is too small for so long a time; take a larger one")
	}
	if open {
		marks = s.recent(q.Kept, marks)
	}
	return marks, s.kept(q, marks, "")
}

// widest is the From of a question that names none: the start of the first bucket
// that is kept since q.Since, or of as many as an answer may have.
func (s *Stats) widest(q *Question, r ruler, to int64) int64 {
	from := max(minute(q.Since), to-(MaxBuckets-2)*int64(q.Bucket.length()))
	if oldest := s.oldest(q.Kept, q.Bucket); from < oldest {
		from = r.ceil(oldest)
	}
	return min(from, to-1)
}

// recent leaves out the first buckets if they are made of slots that are no longer
// kept. One is left in any case.
func (s *Stats) recent(kept domains.Kept, marks []int64) []int64 {
	oldest := s.oldest(kept, grain(marks))
	first, _ := slices.BinarySearch(marks, oldest)
	return marks[min(first, len(marks)-2):]
}

// kept refuses marks whose slots are not all kept. field is what the client
// would have to change; "" finds it out.
func (s *Stats) kept(q *Question, marks []int64, field string) error {
	g := grain(marks)
	oldest := s.oldest(q.Kept, g)
	if marks[0] >= oldest {
		return nil
	}
	since := time.Unix(oldest*60, 0).UTC().Format(time.RFC3339)
	switch {
	case field != "":
		return links.Refuse(field, links.Past, "reaches back beyond "+since+", since when clicks are kept by "+g.String())
	case g == q.Bucket && g == Day:
		return links.Refuse("from", links.Past, "is before "+since+", since when clicks are kept")
	case g == q.Bucket:
		return links.Refuse("bucket", links.Past, fmt.Sprintf("is too small: clicks are kept by %s since %s; take a larger one or a later from", g, since))
	}
	return links.Refuse("tz", links.Past, fmt.Sprintf("has %ss that do not begin with UTC's: they are made of %ss, which are kept since %s; take a later from, or UTC",
		q.Bucket, g, since))
}

// oldest is the first minute of which all slots are kept.
func (s *Stats) oldest(kept domains.Kept, g Grain) int64 {
	lasts := map[Grain]time.Duration{Minute: kept.Minutes, Hour: kept.Hours, Day: kept.Days}[g]
	if lasts == 0 {
		return 0
	}
	return up(minute(s.Now().Add(-lasts)), int64(g.length()))
}

// ceil gives the first start of a bucket that is not before at.
func (r ruler) ceil(at int64) int64 {
	if start := r.floor(at); start < at {
		return r.next(start)
	}
	return at
}

// length is that of a slot, in minutes.
func (g Grain) length() int { return [...]int{Minute: 1, Hour: hour, Day: day}[g] }

func (g Grain) String() string { return [...]string{Minute: "minute", Hour: "hour", Day: "day"}[g] }

func minute(t time.Time) int64 { return down(t.Unix(), 60) / 60 }
