package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func (f *fixture) prune(t *testing.T) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = f.PruneClicks(timeout(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// lengths is how many slots of x there are by minute, hour and day.
func (f *fixture) lengths(t *testing.T, domain string) (n [3]int) {
	t.Helper()
	f.post(t)
	for _, g := range []stats.Grain{stats.Minute, stats.Hour, stats.Day} {
		k := key("x")
		k.Domain = domain
		got, err := f.Series(timeout(t), stats.Scope{Key: k}, g, 0, 2*noon)
		if err != nil {
			t.Fatal(err)
		}
		n[g] = len(got)
	}
	return n
}

// prunes lets 100 days go by for three domains, one of which is in no settings.
func prunes(t *testing.T, f *fixture) {
	for _, d := range []*wire.Domain{
		{Name: "brief", Version: 1, MinutesKept: 1, HoursKept: 1, DaysKept: 2}, {Name: "default", Version: 1},
	} {
		if err := f.PutDomain(timeout(t), d); err != nil {
			t.Fatal(err)
		}
	}
	b := batch(1)
	for _, domain := range []string{"brief", "default", "unknown"} {
		for minute := range int64(1100) { // more than one delete takes
			b.Counts = append(b.Counts, &wire.ClickCount{Domain: domain, Code: "x", Minute: noon - minute, Count: 1})
		}
	}
	f.clock.Store(noon)
	f.ship(t, booked, b)
	for _, step := range []struct {
		after                 int64
		brief, usual, unknown [3]int
	}{
		{0, [3]int{61, 20, 2}, [3]int{1100, 20, 2}, [3]int{1100, 20, 2}},
		{2*day - 30, [3]int{0, 0, 1}, [3]int{31, 20, 2}, [3]int{31, 20, 2}},
		{10 * day, [3]int{0, 0, 0}, [3]int{0, 20, 2}, [3]int{0, 20, 2}},
		{100 * day, [3]int{0, 0, 0}, [3]int{0, 0, 2}, [3]int{0, 0, 2}},
	} {
		f.clock.Store(noon + step.after)
		f.prune(t)
		got := [][3]int{f.lengths(t, "brief"), f.lengths(t, "default"), f.lengths(t, "unknown")}
		if want := [][3]int{step.brief, step.usual, step.unknown}; !slices.Equal(got, want) {
			t.Errorf("after %d minutes there are %v slots, want %v", step.after, got, want)
		}
	}
	if got := f.total(t, "x").Count; got != 0 {
		t.Errorf("another domain's link has %d clicks", got)
	}
}

// lateClicks: what comes late counts where it was made, as far as that is kept.
func lateClicks(t *testing.T, f *fixture) {
	f.ship(t, booked, batch(1, click("x", noon-30, 1), click("x", noon-47*60, 2), click("x", noon-3*day, 4), click("x", noon-91*day, 8), click("x", noon+5, 16)))
	f.post(t)
	for g, want := range [][]stats.Slot{
		{slot(noon-47*60, 2), slot(noon-30, 1), slot(noon+5, 16)},
		{slot(noon-3*day, 4), slot(noon-47*60, 2), slot(noon-60, 1), slot(noon, 16)},
		{slot(noon-91*day-720, 8), slot(noon-3*day-720, 4), slot(noon-2*day-720, 2), slot(noon-720, 17)},
	} {
		if got := f.series(t, "x", stats.Grain(g)); !slices.Equal(got, want) {
			t.Errorf("grain %d: %v, want %v", g, got, want)
		}
	}
	if got := f.total(t, "x").Count; got != 31 {
		t.Errorf("%d clicks in total", got)
	}
}

func slot(start int64, count uint64) stats.Slot {
	return stats.Slot{Start: start, Total: stats.Total{Count: count}}
}

// carries lets the build before book minutes beside us.
func carries(t *testing.T, f *fixture) {
	before := func(sequence int, minutes int, count int) {
		f.exec(t, fmt.Sprintf(`INSERT INTO click_batches (edge, epoch, sequence, received_at) VALUES ('old', 1, %d, 0)`, sequence))
		for m := range minutes {
			f.exec(t, fmt.Sprintf(`INSERT INTO click_minutes (domain, code, minute, count) VALUES ('d', 'x', %d, %d)
ON CONFLICT (domain, code, minute) DO UPDATE SET count = click_minutes.count + excluded.count`, noon-m, count))
		}
	}
	rollUp := func(want uint64) {
		t.Helper()
		for range 2 {
			if more, err := f.RollUp(timeout(t)); more || err != nil {
				t.Fatalf("more %t, %v", more, err)
			}
		}
		for _, got := range []uint64{f.total(t, "x").Count, sum(f.series(t, "x", stats.Minute)).Count, sum(f.series(t, "x", stats.Hour)).Count, sum(f.series(t, "x", stats.Day)).Count} {
			if got != want {
				t.Errorf("%d clicks, want %d", got, want)
			}
		}
	}
	before(1, 50, 2)
	f.ship(t, booked, batch(1, click("x", noon, 5), click("x", noon+1, 6)))
	rollUp(111)
	before(2, 10, 3)
	f.clock.Add(60 * day)
	f.prune(t) // nothing goes that is not rolled up
	rollUpAfter := f.total(t, "x").Count
	if rollUpAfter != 111 {
		t.Errorf("%d clicks", rollUpAfter)
	}
	if more, err := f.RollUp(timeout(t)); more || err != nil {
		t.Fatal(more, err)
	}
	f.prune(t)
	if got := f.total(t, "x").Count; got != 141 || sum(f.series(t, "x", stats.Day)).Count != 141 || len(f.series(t, "x", stats.Minute)) != 0 {
		t.Errorf("%d clicks, %v", got, f.series(t, "x", stats.Minute))
	}
	// A batch that the build before has booked is known.
	f.ship(t, duplicate, &wire.Batch{Edge: "old", Epoch: 1, Boot: 1, Sequence: 2, Digest: 5, Counts: []*wire.ClickCount{click("x", noon, 3)}})
}
