package clicks

import "sync"

// row is what clicks are counted by: a link in a minute. Its strings belong to
// cache entries, so a row holds no copy.
type row struct {
	domain, code string
	minute       int64 // Unix seconds / 60
}

// buffer takes the clicks of some of the handlers. Its mutex is held to append
// or to swap, never longer.
type buffer struct {
	mu    sync.Mutex
	full  []row // guarded by mu; never grows
	spare []row // guarded by mu; empty, or nil while drained
	_     [56]byte
}

// add appends r and says whether there was room. Hot path: 0 allocs.
func (b *buffer) add(r row) bool {
	b.mu.Lock()
	ok := len(b.full) < cap(b.full)
	if ok {
		b.full = append(b.full, r)
	}
	b.mu.Unlock()
	return ok
}

// swap takes out what was added. The taker hands the rows back to reuse, and
// nobody may swap meanwhile.
func (b *buffer) swap() []row {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.full
	b.full, b.spare = b.spare, nil
	return taken
}

func (b *buffer) reuse(rows []row) {
	clear(rows) // or the strings would outlive their entries
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spare = rows[:0]
}
