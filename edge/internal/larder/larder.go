package larder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// readers bounds the lookups that are at the disk at one time. A disk that hangs
// holds so many and no more: the next ones do without the larder.
const readers = 32

// Larder is one edge's links on disk, from New until Stop. Epoch, Look, Keep,
// Kept, Drop and Walk may be called from any goroutine; Change, Rebase, Confirm and SetDomains
// from one, the feed's.
type Larder struct {
	options Options
	file    *file
	desk    *desk
	notes   *notes
	store   *state
	metrics metrics

	reading chan struct{} // holds a token per lookup at the disk
	buffers sync.Pool     // of *[pageSize]byte
	wake    chan struct{} // something is pending; capacity 1
	kept    atomic.Uint64 // calls of Keep
	late    uint64        // ticket that Change gave up waiting for; owned by the feed's goroutine

	known   []*wire.Domain                 // as found at the start
	domains atomic.Pointer[[]*wire.Domain] // to be written; nil once they are

	before, after [pageSize]byte // of the page being rewritten; owned by the writing goroutine

	end  context.CancelFunc
	done chan struct{}
}

// New opens the larder, or makes an empty one. Nothing of it is read but a few
// hundred bytes of notes and the domains.
func New(o Options) (*Larder, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the larder's folder: %w", err)
	}
	f, err := openFile(o.Dir, o.Bytes)
	if err != nil {
		return nil, err
	}
	l := &Larder{
		options: o,
		file:    f,
		desk:    newDesk(o.Pending, f.pages),
		store:   &state{dir: o.Dir},
		reading: make(chan struct{}, readers),
		buffers: sync.Pool{New: func() any { return new([pageSize]byte) }},
		wake:    make(chan struct{}, 1),
		known:   readDomains(o.Dir, o.Logger),
		done:    make(chan struct{}),
	}
	l.notes = newNotes(l.store.load(), o.Now().UnixMilli())
	return l, nil
}

// Start begins to write behind.
func (l *Larder) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	l.end = cancel
	go func() {
		defer close(l.done)
		l.write(ctx)
	}()
}

// Stop writes out and syncs what is pending. A disk that hangs is left alone
// when ctx ends.
func (l *Larder) Stop(ctx context.Context) error {
	l.end()
	select {
	case <-l.done:
		return l.file.close()
	case <-ctx.Done():
		return errors.Join(errors.New("the disk does not answer"), ctx.Err())
	}
}

// Domains are the settings that were known when the larder was last written to.
func (l *Larder) Domains() []*wire.Domain { return l.known }

// Epoch is to be taken before the question whose answer Keep is given.
func (l *Larder) Epoch() uint64 { return l.notes.epoch() }

// Keep stores what the origin answered to a question that was asked at asked
// (Unix milliseconds), in epoch, and that no change overtook. It never waits.
func (l *Larder) Keep(of *link.Link, epoch uint64, asked int64) {
	l.add(operation{keep, record{*of, epoch, asked}})
	l.kept.Add(1)
}

// Kept rises with each Keep. Whoever told of a change before memory took it over
// must tell again if it rose meanwhile: what was kept is older than the change
// and was not there to be changed.
func (l *Larder) Kept() uint64 { return l.kept.Load() }

// Drop forgets a key: it changed, or is gone, and nobody knows how. It never
// waits.
func (l *Larder) Drop(key link.Key) {
	l.add(operation{drop, record{link: link.Link{Key: key}}})
}

// Change takes over a change from the feed that was committed at committed (Unix
// milliseconds; 0: unknown), if the larder holds its link. Call
// it before memory shows the change: what memory has shown, a killed process
// then finds in its larder. It waits for Options.Patience at most, and not at all
// while an earlier one has not reached the disk.
func (l *Larder) Change(to *link.Link, committed int64) {
	if to.Version == 1 {
		return // nothing older can be held
	}
	// The newest at its commit, by another machine's clock.
	known := min(committed, l.options.Now().UnixMilli())
	ticket := l.add(operation{change, record{*to, l.notes.epoch(), known}})
	if l.late != 0 && l.desk.reached(l.late) != nil {
		return
	}
	l.late = 0
	if !l.await(ticket) {
		l.late = ticket
		l.metrics.late.Add(1)
	}
}

func (l *Larder) await(ticket uint64) bool {
	patience := time.NewTimer(l.options.Patience)
	defer patience.Stop()
	for landed := l.desk.reached(ticket); landed != nil; landed = l.desk.reached(ticket) {
		select {
		case <-landed:
		case <-patience.C:
			return false
		}
	}
	return true
}

// Rebase begins a new epoch: changes may have been missed, so confirmations from
// now on do not vouch for what is held. Call it after memory's epoch has begun.
func (l *Larder) Rebase() { l.notes.rebase(l.options.Now().UnixMilli()) }

// Confirm says that every change committed up to asOf, in Unix milliseconds, was
// handed to Change.
func (l *Larder) Confirm(asOf int64) { l.notes.confirm(asOf) }

// SetDomains keeps the settings of all domains.
func (l *Larder) SetDomains(all []*wire.Domain) {
	l.domains.Store(&all)
	l.rouse()
}

func (l *Larder) add(op operation) (ticket uint64) {
	ticket = l.desk.add(op)
	l.rouse()
	return ticket
}

func (l *Larder) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
