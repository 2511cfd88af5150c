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
		if got := len(y.counts()); got != links {
			t.Fatalf("batch %d: %d rows, want %d", batch, got, links)
		}
		for _, c := range y.counts() {
			if c.GetCount() != 3 {
				t.Fatalf("batch %d: %v", batch, c)
			}
		}
	}
	x := newIndex()
	m, other := &minute{}, &minute{}
	rows := []sums{{minute: m, code: "one", hash: 9}, {minute: m, code: "two", hash: 9}, {minute: other, code: "one", hash: 9}}
	for n, row := range rows {
		_, free := x.find(rows, 9, row.minute, []byte(row.code))
		if free == nil {
			t.Fatalf("row %d is taken for another", n)
		}
		*free = slot{0, int32(n + 1)}
	}
	for n, row := range rows {
		if got, _ := x.find(rows, 9, row.minute, []byte(row.code)); got != &rows[n] {
			t.Errorf("row %d is not found", n)
		}
	}
}
