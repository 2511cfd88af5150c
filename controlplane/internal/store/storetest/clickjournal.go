package storetest

import (
	"fmt"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
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

// unposted: who asks about a link posts little more than that; who asks about all,
// and the janitor, post the rest, and nobody posts anything twice.
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
	if got := f.hours(t); got == 0 || got > 2*links/10 {
		t.Errorf("%d clicks of %d are posted for one link", got, 2*links)
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
