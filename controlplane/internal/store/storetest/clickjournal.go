package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// hours is the clicks that are posted to hours of all links.
func (f *fixture) hours(t *testing.T) uint64 {
	t.Helper()
	got, err := f.Series(timeout(t), stats.Scope{}, stats.Hour, 0, 2*noon)
	if err != nil {
		t.Fatal(err)
	}
	return sum(got).Count
}

func (f *fixture) post(t *testing.T) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = f.PostJournal(timeout(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// unposted: who asks about a link posts nothing; who asks about all, and the janitor,
// post everything, and nobody posts anything twice.
func unposted(t *testing.T, f *fixture) {
	const links = 500
	b := batch(1)
	for i := range links {
		b.Counts = append(b.Counts, click(fmt.Sprint("c", i), noon, 2))
	}
	f.ship(t, booked, b)
	if got := f.hours(t); got != 0 {
		t.Errorf("%d clicks are posted with the booking", got)
	}
	if got := sum(f.series(t, "c7", stats.Hour)).Count; got != 2 {
		t.Errorf("the link has %d clicks", got)
	}
	if got := f.hours(t); got != 0 {
		t.Errorf("%d clicks are posted for one link", got)
	}
	f.catchUp(t, stats.Scope{Domain: "d"})
	f.ship(t, duplicate, b)
	f.ship(t, booked, batch(2, click("c7", noon+60, 1)))
	for range 2 {
		if more, err := f.PostJournal(timeout(t)); more || err != nil {
			t.Errorf("more %t, %v", more, err)
		}
	}
	if got := f.hours(t); got != 2*links+1 {
		t.Errorf("%d clicks are posted, of %d", got, 2*links+1)
	}
}

// longJournal books without a janitor.
func longJournal(t *testing.T, f *fixture) {
	const batches = 260
	for n := range uint64(batches) {
		f.ship(t, booked, batch(n+1, click("x", noon, 1)))
	}
	if got := f.hours(t); got == 0 {
		t.Error("nothing is posted")
	}
	if got := sum(f.series(t, "x", stats.Hour)).Count; got != batches {
		t.Errorf("%d clicks are posted, of %d", got, batches)
	}
}

// partlyPosted: of one link, some is posted and some is not, in one slot and in
// several. Its code is part of another's that the journal keeps beside it, whose clicks
// are not its own.
func partlyPosted(t *testing.T, f *fixture) {
	visited := func(code string, minute int64, who uint32) *wire.ClickCount {
		c := click(code, minute, 1)
		c.Visitors = []uint32{who<<6 | 1}
		return c
	}
	f.ship(t, booked, batch(1, visited("x", noon-day, 1), visited("x", noon, 2), visited("x39", noon, 3)))
	f.post(t)
	f.ship(t, booked, batch(2, visited("x", noon-2*day, 4), visited("x", noon, 5), visited("x", noon+60, 6), visited("x39", noon, 7)))
	for g, want := range map[stats.Grain][]stats.Slot{
		stats.Hour: {slot(noon-2*day, 1), slot(noon-day, 1), slot(noon, 2), slot(noon+60, 1)},
		stats.Day:  {slot(noon-2*day-720, 1), slot(noon-day-720, 1), slot(noon-720, 3)},
	} {
		if got := f.series(t, "x", g); !slices.Equal(got, want) {
			t.Errorf("grain %d: %v, want %v", g, got, want)
		}
		if parts, _ := f.known(t, "x", g); parts["EDGE e"] != 5 {
			t.Errorf("grain %d: %v", g, parts)
		}
	}
	if _, seen := f.known(t, "x", stats.Day); len(seen.GetVisitors()) != 5 {
		t.Errorf("visitors %v", seen.GetVisitors())
	}
	within, err := f.Series(timeout(t), stats.Scope{Key: key("x")}, stats.Hour, noon-day+1, noon+1)
	if want := []stats.Slot{slot(noon, 2)}; err != nil || !slices.Equal(within, want) {
		t.Errorf("of one hour %v (%v), want %v", within, err, want)
	}
}

// askedMeanwhile asks about a link while another replica posts it: each click is in
// the answer once, wherever it is.
func askedMeanwhile(t *testing.T, f *fixture) {
	other := f.open(t)
	for n := range uint64(40) {
		f.ship(t, booked, batch(n+1, click("x", noon, 1)))
		together(2, func(worker int) {
			if worker == 0 {
				if _, err := other.PostJournal(timeout(t)); err != nil {
					t.Error(err)
				}
				return
			}
			for range 3 {
				if got := sum(f.series(t, "x", stats.Day)).Count; got != n+1 {
					t.Errorf("%d clicks, of %d", got, n+1)
				}
			}
		})
	}
}
