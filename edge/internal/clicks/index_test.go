package clicks

import (
	"fmt"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

type nothing struct{}

func (nothing) Describe(visit.Visit) (f visit.Facts) { return f }

// Rows are found again whose hashes agree, however many there are, and not in the
// next batch. Inside the package: hashes cannot be made to agree from outside.
func TestIndex(t *testing.T) {
	const links = 5000
	y := newTally(links+1, nothing{})
	for batch := range 2 {
		y.reset()
		for i := range 3 * links {
			y.add(&spool.Record{At: int64(i%2) * 60_000 * 7, Domain: []byte("a.example"), Code: fmt.Append(nil, i%links/2)})
		}
		if got := len(y.all); got != links {
			t.Fatalf("batch %d: %d rows, want %d", batch, got, links)
		}
		for i := range y.all {
			s := &y.all[i]
			if s.count != 3 {
				t.Fatalf("batch %d: %d clicks of %s", batch, s.count, y.code(s))
			}
		}
	}
	x := newIndex(4)
	for n := range int32(links) {
		x.put(uint32(n%3), n)
	}
	found := make(map[int32]bool)
	for hash := range uint32(4) {
		for n, place := x.next(hash, hash); n >= 0; n, place = x.next(hash, place) {
			if found[n] || uint32(n%3) != hash {
				t.Fatalf("%d is found under %d", n, hash)
			}
			found[n] = true
		}
	}
	if len(found) != links {
		t.Errorf("%d of %d are found", len(found), links)
	}
}
