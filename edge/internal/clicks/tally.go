package clicks

import (
	"sync"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// tally adds clicks up per row until they are shipped.
type tally struct {
	limit int

	mu   sync.Mutex
	rows map[row]uint64 // guarded by mu
}

func newTally(limit int) *tally { return &tally{limit: limit, rows: make(map[row]uint64)} }

// add counts clicks and says how many found no room.
func (t *tally) add(clicks []row) (lost uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range clicks {
		n, known := t.rows[r]
		if !known && len(t.rows) >= t.limit {
			lost++
			continue
		}
		t.rows[r] = n + 1
	}
	return lost
}

// take removes up to most rows for a batch.
func (t *tally) take(most int) []*wire.ClickCount {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := make([]*wire.ClickCount, 0, min(most, len(t.rows)))
	for r, n := range t.rows {
		if len(counts) == most {
			break
		}
		counts = append(counts, &wire.ClickCount{Domain: r.domain, Code: r.code, Minute: r.minute, Count: n})
		delete(t.rows, r)
	}
	if len(t.rows) == 0 {
		t.rows = make(map[row]uint64) // a map keeps the room of its largest size
	}
	return counts
}

// clicks is how many wait.
func (t *tally) clicks() (sum uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range t.rows {
		sum += n
	}
	return sum
}

func sum(counts []*wire.ClickCount) (n uint64) {
	for _, c := range counts {
		n += c.GetCount()
	}
	return n
}
