package spool

import (
	"log/slog"
	"sync"
)

// reader is a cursor in one epoch. It is used by the cursor's goroutine, but for
// what mu guards.
type reader struct {
	epoch *epoch
	name  string
	book  notebook
	ready bool    // book and notes are there
	over  bool    // there is nothing more to come
	room  []byte  // for a piece of a segment
	texts []texts // by ring

	mu      sync.Mutex
	notes   notes      // guarded by mu; changed by the cursor's goroutine alone
	settled []position // guarded by mu; what is before is dealt with, says the disk
}

// start reads the notes that an earlier process left, or begins new ones.
func (r *reader) start(log *slog.Logger) error {
	if r.ready {
		return nil
	}
	var n notes
	if dir := r.epoch.folder(); dir != "" {
		var err error
		if r.book, n, err = openNotebook(joined(dir, r.name+".cursor"), log); err != nil {
			return err
		}
	}
	if n.Saved == 0 {
		n.Done = true
	}
	for len(n.To) < r.epoch.width() {
		n.From, n.To = append(n.From, position{}), append(n.To, position{})
	}
	r.texts, r.room = make([]texts, r.epoch.width()), make([]byte, piece)
	r.ready, r.over = true, n.Done && n.Last
	r.set(n, true)
	return nil
}

func (r *reader) path(ring int, s *segment) string {
	return joined(r.epoch.folder(), nameOf(ring, s.number))
}

// set changes the notes; saved says that they are on disk.
func (r *reader) set(n notes, saved bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = n
	if saved {
		r.settled = n.dealt()
	}
}

// dealt is where the records begin that are not dealt with.
func (n *notes) dealt() []position {
	if n.Done {
		return n.To
	}
	return n.From
}

// beyond says whether all of s is before a place in its ring.
func beyond(at []position, ring int, s *segment) bool {
	end, full := s.records()
	if ring >= len(at) || !full {
		return false
	}
	return at[ring].Segment > s.number || at[ring].Segment == s.number && at[ring].Offset >= end
}

// passed says whether this reader needs s no more, whatever happens.
func (r *reader) passed(ring int, s *segment) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return beyond(r.settled, ring, s)
}

// tidy puts on disk that the newest batch is dealt with, if a segment can be
// removed for it, or the epoch. Without, the batch is given out once more after a
// crash, which does no harm.
func (r *reader) tidy() error {
	n := r.notes
	if !n.Done || !n.Last && !r.outgrown(n.To) {
		return nil
	}
	if err := r.book.save(&n); err != nil {
		return err
	}
	r.set(n, true)
	return nil
}

// outgrown says whether a segment is dealt with, and the disk does not say so.
func (r *reader) outgrown(at []position) bool {
	for ring := range r.epoch.width() {
		for _, s := range r.epoch.ring(ring) {
			if beyond(at, ring, s) && !r.passed(ring, s) {
				return true
			}
		}
	}
	return false
}

// waiting is how many bytes of records, at most, are not dealt with.
func (r *reader) waiting() (bytes int64) {
	r.mu.Lock()
	from := r.notes.dealt()
	r.mu.Unlock()
	for ring := range r.epoch.width() {
		var at position
		if ring < len(from) {
			at = from[ring]
		}
		for _, s := range r.epoch.ring(ring) {
			switch end, _ := s.records(); {
			case s.number > at.Segment:
				bytes += int64(end)
			case s.number == at.Segment && end > at.Offset:
				bytes += int64(end - at.Offset)
			}
		}
	}
	return bytes
}
