package spool

import "fmt"

// Batch is some of an epoch's records, the same ones whenever it is given out.
type Batch struct {
	Epoch, Sequence uint64 // Sequence is 1, 2, … within the epoch
	// Digest is of the records and their order; never 0.
	Digest uint64
	Count  uint64 // records
	// Until, in Unix milliseconds: whatever was appended before is in this batch or
	// in one that was given out before. 0: that is not known.
	Until int64
	Last  bool // the epoch ends with this batch
}

// next gives the batch under way again, or chooses another one. ok says whether
// there is one; what take was given counts only then.
func (r *reader) next(take func(*Record) bool, s *Spool) (b Batch, ok bool, err error) {
	if err := r.start(s.options.Logger); err != nil || r.over {
		return b, false, err
	}
	h := newHarvest(take)
	b = Batch{Epoch: r.epoch.number}
	n := r.notes
	if n.Done {
		if n, ok = r.choose(h, &b, s); !ok {
			return b, false, r.tidy()
		}
		// The records first: notes that tell of more than there is would make another
		// batch of the same number.
		r.epoch.sync(s.options.Flush, s.syncFailed)
		if err := r.book.save(&n); err != nil {
			return b, false, fmt.Errorf("choosing a batch: %w", err)
		}
		r.set(n, true)
	} else {
		h.whole = true
		r.walkAll(n, n.To, h)
	}
	b.Sequence, b.Digest, b.Count, b.Last = n.Sequence, h.digest, h.count, n.Last
	return b, true, nil
}

// choose finds out what the next batch holds.
func (r *reader) choose(h *harvest, b *Batch, s *Spool) (n notes, ok bool) {
	ended := r.epoch.hasEnded()
	now := s.options.Now().UnixMilli()
	n = notes{Saved: r.notes.Saved, Sequence: r.notes.Sequence + 1, From: r.notes.To}
	n.To = r.walkAll(n, nil, h)
	s.damaged.Add(h.hurt)
	if !h.sated {
		b.Until = now
		n.Last = ended
	}
	if n.Last && n.Sequence == 1 && h.count+h.hurt == 0 {
		r.over = true // an epoch of which nobody has heard need not end
		return n, false
	}
	return n, h.count > 0 || h.hurt > 0 || n.Last
}

// walkAll reads all rings: up to the places given, or, if there are none, as far
// as there is and is wanted; it tells how far. Each batch begins with another
// ring, so that none is left behind.
func (r *reader) walkAll(n notes, to []position, h *harvest) (reached []position) {
	width := len(n.From)
	reached = make([]position, width)
	copy(reached, n.From)
	for i := range width {
		ring := (int(n.Sequence%uint64(width)) + i) % width
		switch {
		case ring >= r.epoch.width():
		case to != nil:
			r.walk(ring, n.From[ring], &to[ring], h)
		case !h.sated:
			reached[ring] = r.walk(ring, n.From[ring], nil, h)
		}
	}
	return reached
}

// done says that the batch under way has been dealt with.
func (r *reader) done() (last bool, err error) {
	n := r.notes
	n.Done = true
	r.set(n, false)
	return n.Last, r.tidy()
}
