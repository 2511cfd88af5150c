package storetest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const day = 24 * 60

func (f *fixture) fold(t *testing.T) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = f.FoldBatches(timeout(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// folded numbers leave one row; a gap stops the fold until it is filled.
func folded(t *testing.T, f *fixture) {
	var sent []*wire.Batch
	for n := range uint64(40) {
		if n != 20 {
			sent = append(sent, batch(n+1, click("x", noon, 1)))
		}
	}
	f.ship(t, booked, sent...)
	f.clock.Add(6 * day)
	f.fold(t)
	changed := batch(1)
	changed.Digest = 77
	f.refused(t, changed) // not folded yet: its digest is known
	f.clock.Add(2 * day)
	f.fold(t)
	f.ship(t, duplicate, sent...)
	f.ship(t, duplicate, changed) // nobody knows its digest any more
	f.ship(t, booked, batch(21, click("x", noon, 1)))
	f.clock.Add(8 * day)
	f.fold(t)
	f.ship(t, duplicate, append(slices.Clone(sent), batch(21))...)
	f.ship(t, booked, batch(41, click("x", noon, 1)))
	if got := f.total(t, "x").Count; got != 41 {
		t.Errorf("%d clicks", got)
	}
}

// foldRace lets duplicates of numbers arrive while these are being folded.
func foldRace(t *testing.T, f *fixture) {
	const batches = 60
	for n := range uint64(batches) {
		f.ship(t, booked, batch(n+1, click("x", noon, 1)))
	}
	f.clock.Add(8 * day)
	other := f.open(t)
	var next atomic.Uint64
	together(6, func(worker int) {
		if worker == 0 {
			for range 20 {
				f.fold(t)
			}
			return
		}
		s := f.Store
		if worker%2 == 0 {
			s = other
		}
		for n := next.Add(1); n <= 5*batches; n = next.Add(1) {
			got, err := s.AddBatches(timeout(t), []*wire.Batch{batch((n-1)%batches+1, click("x", noon, 1))})
			if err != nil || got[0] != duplicate {
				t.Errorf("batch %d: %+v, %v", n, got, err)
			}
		}
	})
	if got := f.total(t, "x").Count; got != batches {
		t.Errorf("%d clicks", got)
	}
}

// hello is a batch without clicks.
func hello(edge string, boot uint64, watermark int64) *wire.Batch {
	return &wire.Batch{Edge: edge, Epoch: boot, Boot: boot, Watermark: watermark}
}

func (f *fixture) edges(t *testing.T) []stats.Edge {
	t.Helper()
	got, err := f.Edges(timeout(t))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func edges(t *testing.T, f *fixture) {
	const ms = noon * 60_000
	b := batch(1, click("x", noon, 1))
	b.Watermark = ms - 500
	f.ship(t, booked, hello("b", 7, ms-100), b, hello("b", 7, ms-200))
	f.ship(t, booked, hello("b", 7, ms-300))
	f.ship(t, booked, hello("c", 3, ms+3_600_000)) // its clock is an hour ahead
	want := []stats.Edge{
		{ID: "b", Boot: 7, Watermark: ms - 100, SeenAt: ms}, {ID: "c", Boot: 3, Watermark: ms, SeenAt: ms},
		{ID: "e", Boot: 1, Watermark: ms - 500, SeenAt: ms},
	}
	got := f.edges(t)
	for i := range got { // the clock has ticked
		got[i].SeenAt, got[i].Watermark = got[i].SeenAt/1000*1000, min(got[i].Watermark, ms)
	}
	if !slices.Equal(got, want) {
		t.Errorf("edges %+v, want %+v", got, want)
	}
	for _, known := range []bool{true, false} {
		if found, err := f.ForgetEdge(timeout(t), "e"); found != known || err != nil {
			t.Errorf("forgotten %t, %v", found, err)
		}
	}
	if got := f.edges(t); len(got) != 2 {
		t.Errorf("edges %+v", got)
	}
	f.ship(t, duplicate, b) // its numbers are not forgotten
	if got := f.edges(t); len(got) != 3 {
		t.Errorf("edges %+v", got)
	}
}

// ends: an edge that ended stays so, whatever of it comes late, until it starts again.
func ends(t *testing.T, f *fixture) {
	ended := func(want bool) {
		t.Helper()
		if all := f.edges(t); len(all) != 1 || all[0].Ended != want {
			t.Errorf("edges %+v, want one, ended %t", all, want)
		}
	}
	ending := batch(1, click("x", noon, 1))
	ending.Ending = true
	f.ship(t, booked, hello("e", 1, 5))
	ended(false)
	f.ship(t, booked, ending)
	ended(true)
	f.ship(t, duplicate, batch(1, click("x", noon, 1)))
	f.ship(t, booked, hello("e", 1, 7))
	ended(true)
	f.ship(t, booked, hello("e", 2, 9))
	ended(false)
	f.ship(t, duplicate, ending)
	ended(false)
	last := hello("e", 2, 9)
	last.Ending = true
	f.ship(t, booked, hello("e", 2, 8), last, hello("e", 2, 9))
	ended(true)
	for after, left := range []int{1, 0} {
		if _, err := f.ForgetEdges(timeout(t)); err != nil {
			t.Fatal(err)
		}
		if all := f.edges(t); len(all) != left {
			t.Errorf("after %d weeks there are %+v", after, all)
		}
		f.clock.Add(8 * day)
	}
}

func rivals(t *testing.T, f *fixture) {
	told := ingest.Result{Rivals: true}
	f.ship(t, booked, hello("e", 5, 0))
	f.ship(t, booked, hello("e", 6, 0))
	f.ship(t, booked, hello("e", 5, 0)) // a last breath
	if at := f.edges(t)[0].ConflictAt; at != 0 {
		t.Errorf("conflict at %d", at)
	}
	f.clock.Add(1)
	// The first of those who ship together speaks for the edge.
	got, err := f.AddBatches(timeout(t), []*wire.Batch{hello("e", 6, 0), hello("e", 5, 0), hello("e", 5, 0)})
	if want := []ingest.Result{told, booked, booked}; err != nil || !slices.Equal(got, want) {
		t.Errorf("results %+v, error %v", got, err)
	}
	f.ship(t, booked, hello("e", 5, 0)) // within the hour
	f.ship(t, booked, hello("e", 0, 0)) // the build before knows no boots
	if e := f.edges(t)[0]; e.Boot != 6 || e.ConflictAt/60_000 != noon+1 {
		t.Errorf("edge %+v", e)
	}
	f.clock.Add(61)
	f.ship(t, told, hello("e", 5, 0))

	f.ship(t, booked, &wire.Batch{Edge: "f", Epoch: 1, Boot: 1, Sequence: 1, Digest: 1})
	f.ship(t, ingest.Result{Conflict: true, Rivals: true}, &wire.Batch{Edge: "f", Epoch: 1, Boot: 1, Sequence: 1, Digest: 2})
}

func salts(t *testing.T, f *fixture) {
	const today = noon / day
	given := make([]string, 10)
	together(len(given), func(i int) {
		salt, err := f.Salt(timeout(t), today, fmt.Appendf(nil, "salt \x00\xff %d", i))
		if err != nil {
			t.Error(err)
		}
		given[i] = string(salt)
	})
	if slices.Sort(given); given[0] != given[len(given)-1] || len(given[0]) != 9 {
		t.Errorf("salts %q", given)
	}
	forget := func() {
		if _, err := f.ForgetSalts(timeout(t)); err != nil {
			t.Fatal(err)
		}
	}
	forget()
	if salt, err := f.Salt(timeout(t), today, []byte("new")); err != nil || string(salt) != given[0] {
		t.Errorf("salt %q (%v)", salt, err)
	}
	f.clock.Add(day)
	forget()
	if salt, err := f.Salt(timeout(t), today, []byte("new")); err != nil || string(salt) != "new" {
		t.Errorf("yesterday's salt is %q (%v)", salt, err)
	}
}
