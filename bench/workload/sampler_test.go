package workload_test

import (
	"math"
	"testing"

	"github.com/fingerpost/fingerpost/bench/workload"
)

// Each link's share must be within five standard deviations of its weight's.
func TestDrawsFollowTheWeights(t *testing.T) {
	counts := []uint64{1000, 300, 300, 90, 7, 1, 0}
	const links, draws = 9, 1_000_000 // the two links past the counts weigh 0, like the last
	s, err := workload.NewSampler(counts, links, 1)
	if err != nil {
		t.Fatal(err)
	}
	var got [links]float64
	for n := range uint64(draws) {
		got[s.Draw(n)]++
	}
	for i := range got {
		p := 0.0
		if i < len(counts) {
			p = float64(counts[i]) / 1698
		}
		if off := math.Abs(got[i] - p*draws); off > 5*math.Sqrt(draws*p*(1-p)) {
			t.Errorf("link %d was drawn %.0f times; want about %.0f", i, got[i], p*draws)
		}
	}
}

func TestDrawsOfTheRealCurve(t *testing.T) {
	counts, err := workload.Popularity("")
	if err != nil {
		t.Fatal(err)
	}
	s, err := workload.NewSampler(counts, len(counts), 7)
	if err != nil {
		t.Fatal(err)
	}
	top := 0
	const draws = 200_000
	for n := range uint64(draws) {
		if s.Draw(n) < 1000 {
			top++
		}
	}
	if share := float64(top) / draws; math.Abs(share-0.58) > 0.02 {
		t.Errorf("the top 1,000 took %.3f of the draws; the curve says 0.58", share)
	}
}

func TestDrawsAreDeterministic(t *testing.T) {
	a, _ := workload.NewSampler([]uint64{5, 4, 3, 2}, 100, 1)
	b, _ := workload.NewSampler([]uint64{5, 4, 3, 2}, 100, 1)
	other, _ := workload.NewSampler([]uint64{5, 4, 3, 2}, 100, 2)
	same := 0
	for n := range uint64(1000) {
		if a.Draw(n) != b.Draw(n) {
			t.Fatalf("draw %d differs between equal samplers", n)
		}
		if a.Draw(n) == other.Draw(n) {
			same++
		}
	}
	if same > 100 {
		t.Errorf("another seed gave %d of 1000 equal draws", same)
	}
}

func TestSamplerNeedsWeights(t *testing.T) {
	for _, c := range []struct {
		name   string
		counts []uint64
		links  int
	}{
		{"no links", []uint64{1}, 0},
		{"no counts", nil, 3},
		{"only zeros", []uint64{0, 0}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := workload.NewSampler(c.counts, c.links, 1); err == nil {
				t.Error("was accepted")
			}
		})
	}
}

func TestDrawAllocatesNothing(t *testing.T) {
	s, err := workload.NewSampler([]uint64{9, 3, 1}, 1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	n := uint64(0)
	if a := testing.AllocsPerRun(1000, func() { n++; s.Draw(n) }); a != 0 {
		t.Errorf("%v allocations per draw", a)
	}
}
