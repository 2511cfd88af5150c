package storetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func batchOnce(t *testing.T, f *fixture) {
	b := batch(1, click("x", noon, 3), click("y", noon, 1), click("x", noon+1, 4), click("x", noon, 2)) // x again: they add up
	var fresh atomic.Int32
	together(20, func(int) {
		got, err := f.AddBatches(timeout(t), []*wire.Batch{b})
		switch {
		case err != nil:
			t.Error(err)
		case got[0] == booked:
			fresh.Add(1)
		case got[0] != duplicate:
			t.Errorf("the result is %+v", got[0])
		}
	})
	if fresh.Load() != 1 {
		t.Errorf("booked %d times", fresh.Load())
	}
	for _, other := range []*wire.Batch{
		{Edge: "e", Epoch: 1, Sequence: 2}, {Edge: "e", Epoch: 2, Sequence: 1}, {Edge: "e2", Epoch: 1, Sequence: 1},
	} {
		other.Counts = []*wire.ClickCount{click("z", 1, 1)}
		f.ship(t, booked, other)
	}
	got, err := f.CountClicks(timeout(t), []link.Key{key("x"), key("y"), key("z"), key("none"), key("x")})
	if err != nil || len(got) != 3 || got[key("x")].Count != 9 || got[key("y")].Count != 1 || got[key("z")].Count != 3 {
		t.Errorf("counted %v (%v)", got, err)
	}
}

// batchesAddUp lets six edges ship batches over the same links, each in
// another order: sums are exact, and no two batches wait for each other for ever.
func batchesAddUp(t *testing.T, f *fixture) {
	const edges, batches, codes = 6, 3, 270
	together(edges, func(edge int) {
		for n := range batches {
			b := &wire.Batch{Edge: fmt.Sprint("e", edge), Epoch: 1, Sequence: uint64(n + 1)}
			for c := range codes {
				b.Counts = append(b.Counts, click(fmt.Sprint("c", (c*31+edge*17+n)%codes), noon, 2))
			}
			f.ship(t, booked, b)
		}
	})
	var keys []link.Key
	for c := range codes {
		keys = append(keys, key(fmt.Sprint("c", c)))
	}
	got, err := f.CountClicks(timeout(t), keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if got[k].Count != 2*edges*batches {
			t.Fatalf("%s has %d clicks", k, got[k].Count)
		}
	}
}

// deliveries is F3: what three edges count goes to two replicas three times, in
// any order and any company, a third of it a day late, and every now and then a
// booking is cut off at some point and sent again. Both replicas post meanwhile.
func deliveries(t *testing.T, f *fixture) {
	random := rand.New(rand.NewPCG(3, 5))
	want := make(map[string]stats.Total)
	var all []*wire.Batch
	for n := range 90 {
		b := batch(uint64(n/3+1), someCounts(random)...)
		b.Edge = fmt.Sprint("e", n%3)
		for _, c := range b.GetCounts() {
			sum := want[c.GetCode()]
			want[c.GetCode()] = stats.Total{Count: sum.Count + c.GetCount(), Bots: sum.Bots + c.GetBots()}
		}
		all = append(all, b)
	}
	deliver := func(batches []*wire.Batch) {
		sent := slices.Concat(batches, batches, batches)
		random.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
		f.deliver(t, sent)
	}
	deliver(all[:60])
	f.clock.Add(24 * 60)
	deliver(all[30:])
	f.exact(t, want)
}

// someCounts is of the two hours before noon, in both of which there are bots and
// referrers.
func someCounts(random *rand.Rand) []*wire.ClickCount {
	counts := make([]*wire.ClickCount, random.IntN(20))
	for i := range counts {
		c := click(fmt.Sprint("c", random.IntN(8)), noon-random.Int64N(120), 1+random.Uint64N(50))
		c.Bots = random.Uint64N(c.Count)
		c.Parts = []*wire.Part{{Dimension: wire.Dimension_DIMENSION_REFERRER, Value: "example.org", Count: c.Count - c.Bots}}
		counts[i] = c
	}
	return counts
}

// deliver sends batches in groups to two stores at once.
func (f *fixture) deliver(t *testing.T, sent []*wire.Batch) {
	stores := []*store.Store{f.Store, f.open(t)}
	var next atomic.Int64
	var group sync.WaitGroup
	for _, one := range stores {
		group.Go(func() {
			for next.Load() < int64(len(sent)) {
				postUncertain(t, one)
			}
		})
	}
	for worker := range 4 {
		group.Go(func() {
			for {
				first := int(next.Add(5)) - 5
				if first >= len(sent) {
					return
				}
				shipUncertain(t, stores[worker%2], sent[first:min(first+5, len(sent))], worker == 0)
			}
		})
	}
	group.Wait()
}

// shipUncertain repeats a booking until it answers; cut breaks it off at first.
func shipUncertain(t *testing.T, s *store.Store, batches []*wire.Batch, cut bool) {
	for within := time.Millisecond; cut && within < 8*time.Millisecond; within *= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		_, _ = s.AddBatches(ctx, batches)
		cancel()
	}
	got, err := s.AddBatches(timeout(t), batches)
	if err != nil {
		t.Error(err)
	}
	for _, r := range got {
		if r != booked && r != duplicate {
			t.Errorf("the result is %+v", r)
		}
	}
}

// postUncertain posts, and is sometimes cut off.
func postUncertain(t *testing.T, s *store.Store) {
	ctx, cancel := context.WithTimeout(t.Context(), rand.N(20*time.Millisecond))
	_, _ = s.PostJournal(ctx)
	cancel()
	if _, err := s.PostJournal(timeout(t)); err != nil {
		t.Error(err)
	}
}

// exact compares all sums of each link.
func (f *fixture) exact(t *testing.T, want map[string]stats.Total) {
	t.Helper()
	for code, clicks := range maps.All(want) {
		if got := f.total(t, code); got != clicks {
			t.Errorf("%s has %+v clicks, want %+v", code, got, clicks)
		}
		for _, g := range []stats.Grain{stats.Minute, stats.Hour, stats.Day} {
			if got := sum(f.series(t, code, g)); got != clicks {
				t.Errorf("%s has %+v clicks by grain %d, want %+v", code, got, g, clicks)
			}
		}
		for _, g := range []stats.Grain{stats.Hour, stats.Day} {
			if parts, _ := f.known(t, code, g); parts["REFERRER example.org"] != clicks.Count-clicks.Bots {
				t.Errorf("%s has %v by grain %d, want %d", code, parts, g, clicks.Count-clicks.Bots)
			}
		}
	}
}

var conflict = ingest.Result{Conflict: true}

// refused wants a conflict, told of or not.
func (f *fixture) refused(t *testing.T, b *wire.Batch) {
	t.Helper()
	got, err := f.AddBatches(timeout(t), []*wire.Batch{b})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Rivals = false; got[0] != conflict {
		t.Errorf("batch %d: %+v", b.GetSequence(), got[0])
	}
}

func digests(t *testing.T, f *fixture) {
	f.ship(t, booked, batch(1, click("x", noon, 1)))
	copied := batch(1, click("x", noon, 5))
	copied.Digest = 77
	f.refused(t, copied)
	f.ship(t, duplicate, batch(1))
	old := batch(1, click("x", noon, 5))
	old.Digest = 0
	f.ship(t, duplicate, old)

	// In one booking the first one of a number is as good as another.
	again := batch(2, click("x", noon, 1))
	again.Digest = 78
	got, err := f.AddBatches(timeout(t), []*wire.Batch{batch(2, click("x", noon, 1)), again, batch(2), batch(3, click("x", noon, 1))})
	if err != nil {
		t.Fatal(err)
	}
	want := []ingest.Result{booked, conflict, duplicate, booked} // the operator has been told
	if !slices.Equal(got, want) {
		t.Errorf("results %+v, want %+v", got, want)
	}
	if got := f.total(t, "x").Count; got != 3 {
		t.Errorf("%d clicks", got)
	}
}

func epochEnds(t *testing.T, f *fixture) {
	last := func(b *wire.Batch) *wire.Batch {
		b.Last = true
		return b
	}
	f.ship(t, booked, batch(2, click("x", noon, 1)), last(batch(3, click("x", noon, 1))))
	f.ship(t, duplicate, last(batch(3)))
	f.ship(t, booked, batch(1, click("x", noon, 1))) // late, but genuine
	for range 2 {
		f.refused(t, batch(4, click("x", noon, 1)))
	}
	got, err := f.AddBatches(timeout(t), []*wire.Batch{batch(5, click("x", noon, 1)), batch(5, click("x", noon, 1))})
	if err != nil || !got[0].Conflict || !got[1].Conflict {
		t.Errorf("results %+v, error %v", got, err)
	}
	f.refused(t, last(batch(2)))
	if got := f.total(t, "x").Count; got != 3 {
		t.Errorf("%d clicks", got)
	}

	// What was booked as any other batch may turn out to be the last one.
	open := batch(1, click("y", noon, 1))
	open.Epoch = 2
	f.ship(t, booked, open)
	f.ship(t, duplicate, last(open))
	beyond := batch(2, click("y", noon, 1))
	beyond.Epoch = 2
	f.refused(t, beyond)
	if got := f.total(t, "y").Count; got != 1 {
		t.Errorf("%d clicks", got)
	}
}
