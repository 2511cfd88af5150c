package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
)

// epoch is what one start of the edge recorded, or has recorded so far.
type epoch struct {
	number uint64
	rings  []ring      // of the handlers; none if an earlier process left the epoch
	fresh  atomic.Bool // names in the folder are not durable yet

	mu       sync.Mutex
	dir      string       // guarded by mu; empty in memory
	aside    bool         // guarded by mu; the folder stays
	ended    bool         // guarded by mu; nothing is appended any more
	segments [][]*segment // guarded by mu; by ring, oldest first
	made     []uint32     // guarded by mu; the newest segment's number, by ring
	readers  []*reader    // guarded by mu; those that are not done with the epoch
}

// newEpoch makes an epoch's folder; dir is empty for one in memory.
func newEpoch(number uint64, dir string, rings int) (*epoch, error) {
	if dir != "" {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, fmt.Errorf("making an epoch's folder: %w", err)
		}
	}
	e := &epoch{number: number, dir: dir, rings: make([]ring, rings), segments: make([][]*segment, rings), made: make([]uint32, rings)}
	e.fresh.Store(true)
	return e, nil
}

// joined is the path of a name in a folder; none for what is in memory.
func joined(dir, name string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

// extend gives a ring its next segment.
func (e *epoch) extend(ring int, o *Options) (*segment, error) {
	e.mu.Lock()
	number, dir := e.made[ring]+1, e.dir
	e.mu.Unlock()
	s, err := newSegment(dir, nameOf(ring, number), number, &e.rings[ring].mu, o)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	e.made[ring] = number
	e.segments[ring] = append(e.segments[ring], s)
	e.mu.Unlock()
	e.fresh.Store(true)
	e.rings[ring].feed(s) // last: what is appended must be found
	return s, nil
}

// seal ends the epoch: what was appended is all that there will be.
func (e *epoch) seal() {
	for i := range e.rings {
		e.rings[i].close()
	}
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
}

func (e *epoch) hasEnded() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ended
}

// folder is where the epoch is now; empty in memory.
func (e *epoch) folder() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.dir
}

// width is the number of rings.
func (e *epoch) width() int { return len(e.segments) }

// ring lists a ring's segments, oldest first.
func (e *epoch) ring(number int) []*segment {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.segments[number])
}

// sync makes what was committed survive a power failure. failed hears of segments
// for which that cannot be had.
func (e *epoch) sync(flush func([]byte) error, failed func(error)) {
	dir := e.folder()
	if dir == "" {
		return
	}
	for number := range e.width() {
		for _, s := range e.ring(number) {
			name := nameOf(number, s.number)
			if err := s.sync(joined(dir, name), flush); err != nil {
				failed(fmt.Errorf("syncing segment %s: %w", name, err))
				e.abandon(number, s)
			}
		}
	}
	if e.fresh.Swap(false) {
		if err := syncFolder(dir); err != nil {
			e.fresh.Store(true)
			failed(err)
		}
	}
}

// abandon makes handlers fill another segment than s.
func (e *epoch) abandon(number int, s *segment) {
	if number < len(e.rings) {
		e.rings[number].abandon(s)
	}
}

// free removes the segments that all readers have passed, and tells how many bytes
// that were.
func (e *epoch) free() (bytes int64) {
	for number := range e.width() {
		list, dir := e.takePassed(number)
		for _, s := range list {
			s.close()
			bytes += int64(s.size)
			if dir != "" {
				_ = os.Remove(joined(dir, nameOf(number, s.number))) // at worst it is found again, and passed again
			}
		}
	}
	return bytes
}

// takePassed takes a ring's segments that all readers have passed off the list.
// dir is where they are to be removed, if they are.
func (e *epoch) takePassed(ring int) (list []*segment, dir string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	all, passed := e.segments[ring], 0
	for passed < len(all) && !slices.ContainsFunc(e.readers, func(r *reader) bool { return !r.passed(ring, all[passed]) }) {
		passed++
	}
	e.segments[ring] = all[passed:]
	if !e.aside {
		dir = e.dir
	}
	return all[:passed], dir
}

// leave ends a reader's interest, and says whether it was the last.
func (e *epoch) leave(r *reader) (last bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.readers = slices.DeleteFunc(e.readers, func(other *reader) bool { return other == r })
	return len(e.readers) == 0
}

// bytes is what the segments take.
func (e *epoch) bytes() (sum int64) {
	for number := range e.width() {
		for _, s := range e.ring(number) {
			sum += int64(s.size)
		}
	}
	return sum
}

// appended is how many records this process appended.
func (e *epoch) appended() (sum uint64) {
	for i := range e.rings {
		sum += e.rings[i].appended()
	}
	return sum
}

// destroy removes an epoch that nobody reads, and tells how many bytes its
// segments took. One that was set aside keeps its folder.
func (e *epoch) destroy(remove func(string) error) (bytes int64, err error) {
	bytes = e.bytes()
	e.close()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dir == "" || e.aside {
		return bytes, nil
	}
	return bytes, removeEpoch(e.dir, remove)
}

// gone ends the name of a folder that is being removed.
const gone = ".gone"

// removeEpoch removes an epoch's folder. It is renamed first: what a crash left of
// one whose notes are gone already would be shipped anew, and refused.
func removeEpoch(dir string, remove func(string) error) error {
	doomed := dir + gone
	err := os.Rename(dir, doomed)
	if err == nil {
		err = errors.Join(syncFolder(filepath.Dir(dir)), remove(doomed))
	}
	if err != nil {
		return fmt.Errorf("removing an epoch: %w", err)
	}
	return nil
}

// setAside renames the folder, so that no start looks at it again.
func (e *epoch) setAside(dir string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.aside = true
	if e.dir == "" {
		return nil
	}
	if err := os.Rename(e.dir, dir); err != nil {
		return fmt.Errorf("setting an epoch aside: %w", err)
	}
	e.dir = dir
	return syncFolder(filepath.Dir(dir))
}

// close lets go of the files. Nobody appends or reads any more.
func (e *epoch) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, list := range e.segments {
		for _, s := range list {
			s.close()
		}
	}
	for _, r := range e.readers {
		r.book.close()
	}
}
