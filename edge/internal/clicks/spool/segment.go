package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// segment is one file of one ring, or as much memory.
type segment struct {
	number uint32 // 1, 2, … within the ring
	size   int

	ring *sync.Mutex // of the ring that fills it; never held across I/O
	end  uint32      // guarded by ring; where the records end
	full bool        // guarded by ring; there will be no more

	mu sync.Mutex // held across I/O; no handler takes it
	// mapping is nil where the segment is, or has become, a file alone; guarded by
	// mu, but for the handlers: it stays until full is set.
	mapping []byte
	synced  uint32 // guarded by mu; what is before it survives a power failure
	broken  bool   // guarded by mu; could not be synced, and is not asked to again
}

// newSegment makes a segment of zeros; dir is empty for one in memory.
func newSegment(dir, name string, number uint32, ring *sync.Mutex, o *Options) (s *segment, err error) {
	var f *os.File
	if !o.memory {
		if f, err = os.OpenFile(joined(dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return nil, fmt.Errorf("making a segment: %w", err)
		}
		defer func() {
			_ = f.Close() // the mapping stays
			if err != nil {
				_ = os.Remove(f.Name())
			}
		}()
		if err := o.Allocate(f, o.Segment); err != nil {
			return nil, fmt.Errorf("reserving a segment's room: %w", err)
		}
	}
	mapping, err := mapFile(f, o.Segment)
	if err != nil {
		return nil, fmt.Errorf("mapping a segment: %w", err)
	}
	return &segment{number: number, size: o.Segment, ring: ring, mapping: mapping}, nil
}

// records tells where the records end, and whether there will be no more.
func (s *segment) records() (end uint32, full bool) {
	s.ring.Lock()
	defer s.ring.Unlock()
	return s.end, s.full
}

// endAt corrects where the records of an earlier process's segment end.
func (s *segment) endAt(end uint32) {
	s.ring.Lock()
	defer s.ring.Unlock()
	s.end = end
}

// sync makes what was committed survive a power failure. What cannot be written
// once is never tried again: the system may since have dropped it and would then
// say that all is well.
func (s *segment) sync(path string, flush func([]byte) error) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	end, full := s.records()
	if !s.broken && s.synced < end {
		if s.mapping != nil {
			page := uint32(os.Getpagesize())
			err = flush(s.mapping[s.synced&^(page-1) : end])
		} else {
			err = syncFile(path)
		}
		s.synced, s.broken = end, err != nil
	}
	if full && s.mapping != nil {
		s.release() // who reads it from now on reads the file
	}
	return err
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nobody needs it any more
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// prepare makes writing to the mapping cheap.
func (s *segment) prepare() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mapping != nil {
		prefault(s.mapping)
	}
}

// close gives the mapping back. Nobody appends or reads any more.
func (s *segment) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mapping != nil {
		s.release()
	}
}

func (s *segment) release() {
	_ = unmap(s.mapping) // fails for what is no mapping only
	s.mapping = nil
}

// read gives the bytes from a place on, in room unless they are in memory.
func (s *segment) read(path string, from, to uint32, room []byte) ([]byte, error) {
	if path == "" {
		return s.mapping[from:to], nil // memory is unmapped after its last reader
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n, err := f.ReadAt(room[:to-from], int64(from))
	return room[:n], err
}
