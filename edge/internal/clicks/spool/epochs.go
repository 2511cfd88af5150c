package spool

import "slices"

// add has all cursors read e, after the epochs that they read already.
func (s *Spool) add(e *epoch) []*reader {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.cursors {
		r := &reader{epoch: e, name: c.name}
		c.readers = append(c.readers, r)
		e.readers = append(e.readers, r)
	}
	return slices.Clone(e.readers)
}

// drop undoes add.
func (s *Spool) drop(e *epoch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.cursors {
		c.readers = slices.DeleteFunc(c.readers, func(r *reader) bool { return r.epoch == e })
	}
	e.close()
}

// epochs lists the epochs that somebody reads.
func (s *Spool) epochs() []*epoch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beingRead()
}

// beingRead is epochs; s.mu is held.
func (s *Spool) beingRead() (all []*epoch) {
	for _, c := range s.cursors {
		for _, r := range c.readers {
			if !slices.Contains(all, r.epoch) {
				all = append(all, r.epoch)
			}
		}
	}
	return all
}

// free removes what all cursors are done with.
func (s *Spool) free(e *epoch) {
	if bytes := e.free(); bytes > 0 {
		s.used.Add(-bytes)
		s.rouse()
	}
}

// destroy removes an epoch that nobody reads any more.
func (s *Spool) destroy(e *epoch) {
	bytes, err := e.destroy(s.options.Remove)
	if err != nil {
		s.options.Logger.Error("an epoch of clicks stays on disk; it will be shipped again, and not counted again", "error", err)
	}
	s.used.Add(-bytes)
	s.rouse()
}
