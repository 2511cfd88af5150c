package spool

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/fingerpost/fingerpost/sync/folder"
)

// Spool takes records from any goroutine.
type Spool struct {
	options Options
	dir     string
	current atomic.Pointer[epoch] // what is appended to; nil: nothing can be
	hungry  chan struct{}         // a ring needs a segment
	stop    chan struct{}
	running sync.WaitGroup
	unlock  func() error

	used    atomic.Int64  // bytes of all segments
	damaged atomic.Uint64 // places that could not be read
	errors  atomic.Uint64 // failed syncs

	making  sync.Mutex // held by whoever makes or ends epochs and segments
	number  atomic.Uint64
	ended   bool // guarded by making; there will be no other epoch
	failing bool // guarded by making; no segment could be made, and the log says so

	mu      sync.Mutex
	cursors []*Cursor // guarded by mu, as what they read is
	past    uint64    // guarded by mu; records appended to epochs that nobody reads any more
}

// Open finds what earlier processes left, and begins a new epoch. A full disk
// only makes Append fail, until there is room.
func Open(o Options) (*Spool, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	s := &Spool{options: o, dir: filepath.Join(o.Data, "spool"), hungry: make(chan struct{}, 1), stop: make(chan struct{})}
	for _, name := range o.Cursors {
		s.cursors = append(s.cursors, &Cursor{spool: s, name: name})
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	unlock, err := folder.Lock(s.dir)
	if err != nil {
		return nil, fmt.Errorf("locking the spool: %w", err)
	}
	s.unlock = unlock
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, unlock())
	}
	return s, nil
}

// begin finds the epochs that are left, and opens this process's own.
func (s *Spool) begin() error {
	last, err := lastNumber(s.options.Data)
	if err != nil {
		return err
	}
	left, err := s.left()
	if err != nil {
		return err
	}
	for _, e := range left {
		s.used.Add(e.bytes())
		s.add(e)
		last = max(last, e.number)
	}
	s.making.Lock()
	defer s.making.Unlock()
	s.number.Store(s.after(last))
	if err := s.open(); err != nil && !full(err) {
		return err
	}
	s.extendAll()
	return nil
}

// after gives an epoch's number: the time in milliseconds, unless the clock was
// set back. So even an edge whose folder was lost starts with a number of its own.
func (s *Spool) after(last uint64) uint64 {
	return max(uint64(max(s.options.Now().UnixMilli(), 1)), last+1)
}

// left lists what earlier processes left, oldest first.
func (s *Spool) left() (epochs []*epoch, err error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("reading the spool: %w", err)
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), gone) {
			if err := os.RemoveAll(filepath.Join(s.dir, entry.Name())); err != nil {
				return nil, fmt.Errorf("removing an epoch: %w", err)
			}
			continue
		}
		number, err := strconv.ParseUint(entry.Name(), 10, 63)
		if err != nil || !entry.IsDir() {
			continue // the lock, or what was set aside
		}
		e, err := leftEpoch(number, filepath.Join(s.dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		epochs = append(epochs, e)
	}
	slices.SortFunc(epochs, func(a, b *epoch) int { return cmp.Compare(a.number, b.number) })
	return epochs, nil
}

// full says whether an error goes away when there is room on the disk.
func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// Append keeps r and says whether it could. r is copied. Hot path: 0 allocs, no
// I/O, no lock held across I/O.
func (s *Spool) Append(r *Record) bool {
	for e := s.current.Load(); e != nil; {
		first := rand.Uint32()
		for i := range uint32(len(e.rings)) {
			ok, hungry := e.rings[(first+i)&uint32(len(e.rings)-1)].append(r)
			if hungry {
				s.rouse()
			}
			if ok {
				return true
			}
		}
		before := e
		if e = s.current.Load(); e == before {
			break
		}
	}
	return false
}

func (s *Spool) rouse() {
	select {
	case s.hungry <- struct{}{}:
	default:
	}
}

// Cursor gives one of Options.Cursors by its name.
func (s *Spool) Cursor(name string) *Cursor {
	for _, c := range s.cursors {
		if c.name == name {
			return c
		}
	}
	return nil
}

// Boot is this process's newest epoch.
func (s *Spool) Boot() uint64 { return s.number.Load() }

// Appended counts the records for which there was room.
func (s *Spool) Appended() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := s.past
	for _, e := range s.beingRead() {
		sum += e.appended()
	}
	return sum
}

// Room is how many bytes the segments may take.
func (s *Spool) Room() int64 { return s.options.Bytes }

// Used is how many bytes the segments take.
func (s *Spool) Used() int64 { return s.used.Load() }

// Damaged counts the places that could not be read: records, or ends of segments.
func (s *Spool) Damaged() uint64 { return s.damaged.Load() }

// SyncErrors counts failures to make records survive a power failure.
func (s *Spool) SyncErrors() uint64 { return s.errors.Load() }
