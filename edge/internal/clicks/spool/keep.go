package spool

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Start begins to prepare segments ahead and to sync what is appended.
func (s *Spool) Start() {
	s.running.Go(s.prepareRegularly)
	s.running.Go(s.syncRegularly)
}

// End ends the current epoch: nothing is appended any more. What was can be read.
func (s *Spool) End() {
	s.making.Lock()
	defer s.making.Unlock()
	s.ended = true
	if e := s.current.Swap(nil); e != nil {
		e.seal()
	}
}

// Close stops what Start began, after a last sync, and lets go of the folder. No
// cursor is used any more.
func (s *Spool) Close() error {
	close(s.stop)
	s.running.Wait()
	s.End()
	for _, e := range s.epochs() {
		e.sync(s.options.Flush, s.syncFailed)
		e.close()
	}
	return s.unlock()
}

// prepareRegularly gives rings segments when they ask, and looks by itself now
// and then: what was full may have room again.
func (s *Spool) prepareRegularly() {
	tick := time.NewTicker(s.options.Sync)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-s.hungry:
		case <-tick.C:
		}
		if s.prepare() {
			continue
		}
		select { // asking again at once would be of no use
		case <-s.stop:
			return
		case <-tick.C:
		}
	}
}

func (s *Spool) syncRegularly() {
	tick := time.NewTicker(s.options.Sync)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
		if e := s.current.Load(); e != nil {
			e.sync(s.options.Flush, s.syncFailed)
		}
	}
}

func (s *Spool) syncFailed(err error) {
	s.errors.Add(1)
	s.options.Logger.Error("clicks would not survive a power failure; others go to a new file", "error", err)
}

// prepare opens an epoch, if there is none, and gives each ring its segment. It
// says whether all is as it should be.
func (s *Spool) prepare() bool {
	s.making.Lock()
	defer s.making.Unlock()
	if s.ended {
		return true
	}
	if s.current.Load() == nil {
		if err := s.open(); err != nil {
			s.told(err)
			return false
		}
	}
	return s.extendAll()
}

// extendAll gives each ring that has none a segment to go on with; s.making is
// held.
func (s *Spool) extendAll() bool {
	e := s.current.Load()
	if e == nil {
		return false
	}
	size := int64(s.options.Segment)
	for number := range e.rings {
		if !e.rings[number].hungry() {
			continue
		}
		if s.used.Load()+size > s.options.Bytes {
			s.told(fmt.Errorf("%d bytes are taken", s.used.Load()))
			return false
		}
		segment, err := e.extend(number, &s.options)
		if err != nil {
			s.told(err)
			return false
		}
		s.used.Add(size)
		segment.prepare()
	}
	s.told(nil)
	return true
}

// told logs when there begins to be no room, and when there is again; s.making is
// held.
func (s *Spool) told(err error) {
	switch {
	case err != nil && !s.failing:
		s.options.Logger.Error("there is no room for more clicks; they will be lost and counted", "error", err)
	case err == nil && s.failing:
		s.options.Logger.Info("there is room for clicks again")
	}
	s.failing = err != nil
}

// open begins the epoch s.number; s.making is held.
func (s *Spool) open() error {
	number := s.number.Load()
	if err := keepNumber(s.options.Data, number); err != nil {
		return err
	}
	dir := ""
	if !s.options.memory {
		dir = joined(s.dir, strconv.FormatUint(number, 10))
	}
	e, err := newEpoch(number, dir, s.options.rings)
	if err != nil {
		return err
	}
	for _, r := range s.add(e) {
		err = errors.Join(err, r.start(s.options.Logger))
	}
	if err = errors.Join(err, syncFolder(s.dir)); err != nil {
		s.drop(e)
		return errors.Join(err, os.RemoveAll(dir))
	}
	s.current.Store(e)
	return nil
}

// retire ends an epoch that is not to be appended to any more. If it is the
// current one, another one takes its place first.
func (s *Spool) retire(e *epoch) {
	s.making.Lock()
	defer s.making.Unlock()
	if s.current.Load() != e {
		return
	}
	s.number.Store(s.after(e.number))
	s.current.Store(nil)
	if err := s.open(); err != nil {
		s.told(err)
	}
	s.extendAll()
	e.seal()
}
