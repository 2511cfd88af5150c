package visitors_test

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/visitors"
)

// register is what an edge makes of a visitor's hash.
func register(hash uint64) uint32 {
	rank := min(bits.LeadingZeros64(hash<<25)+1, 40)
	return uint32(hash>>39)<<6 | uint32(rank)
}

// TestUniquesWithinOnePercent adds each visitor more than once, in two sketches
// that overlap.
func TestUniquesWithinOnePercent(t *testing.T) {
	for _, people := range []int{0, 1, 10, 1000, 100_000, 1_000_000} {
		random := rand.New(rand.NewPCG(1, uint64(people)))
		one, other := visitors.New(), visitors.New()
		for i := range people {
			r := register(random.Uint64())
			if !visitors.Valid(r) {
				t.Fatalf("register %#x is not valid", r)
			}
			if i%3 != 0 {
				one.Add(r)
				one.Add(r)
			}
			if i%3 != 1 {
				other.Add(r)
			}
		}
		encoded, err := other.Encode()
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := one.Merge(encoded); err != nil {
				t.Fatal(err)
			}
		}
		if got := one.Estimate(); math.Abs(float64(got)-float64(people)) > 0.01*float64(people) {
			t.Errorf("%d visitors are estimated at %d", people, got)
		}
	}
}

func TestValid(t *testing.T) {
	for name, c := range map[string]struct {
		register uint32
		want     bool
	}{
		"first":                {0<<6 | 1, true},
		"all other bits zero":  {7<<6 | 40, true},
		"last":                 {(1<<25-1)<<6 | 40, true},
		"no rank":              {7 << 6, false},
		"rank beyond":          {7<<6 | 41, false},
		"index beyond 25 bits": {1<<31 | 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := visitors.Valid(c.register); got != c.want {
				t.Errorf("valid is %t", got)
			}
		})
	}
}

// TestBrokenSketch: what a damaged row holds is an error, not a panic.
func TestBrokenSketch(t *testing.T) {
	s := visitors.New()
	s.Add(register(12345))
	encoded, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for n := range encoded {
		if err := visitors.New().Merge(encoded[:n]); err == nil {
			t.Errorf("%d bytes of %d are taken", n, len(encoded))
		}
	}
}

// E15: what is no sketch is refused, and leaves the other as it was.
func FuzzMerge(f *testing.F) {
	for _, visitors := range []int{0, 3, 100_000} {
		encoded, err := sketchOf(visitors).Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(encoded)
		f.Add(encoded[:len(encoded)/2])
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, encoded []byte) {
		s := sketchOf(3)
		if err := s.Merge(encoded); err != nil && s.Estimate() != 3 {
			t.Errorf("refused (%v), and there are %d", err, s.Estimate())
		}
	})
}

func sketchOf(people int) *visitors.Sketch {
	s := visitors.New()
	random := rand.New(rand.NewPCG(1, 2))
	for range people {
		s.Add(register(random.Uint64()))
	}
	return s
}
