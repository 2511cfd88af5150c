package live

import (
	"context"
	"errors"
	"sync"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Reasons not to watch.
var (
	// ErrTooMany: the owner watches as much as it may.
	ErrTooMany = errors.New("too many watches of one owner")
	// ErrFull: the replica has as many watches as it may; another may have room.
	ErrFull = errors.New("too many watches")
	// ErrEnded: the replica is stopping.
	ErrEnded = errors.New("the replica is stopping")
)

// State is how often a link was clicked.
type State struct {
	stats.Counted
	Minute int64       // the minute that runs, Unix minutes
	Lately stats.Total // clicks since it began
}

// Live knows who watches what, from Start until Stop. It is safe for concurrent
// use.
type Live struct {
	options Options

	mu     sync.Mutex
	links  map[link.Key]*watched // mu; those that somebody watches
	owners map[string]int        // mu; watches of each
	all    int                   // mu
	ended  chan struct{}         // closed when no watch goes on
	wake   chan struct{}         // holds one: there is something to watch

	cancel context.CancelFunc
	loop   sync.WaitGroup
}

// watched is a link and what is known of it.
type watched struct {
	watchers int
	known    bool
	state    State
	changed  chan struct{} // closed and replaced when state changes
}

// New checks the options.
func New(o Options) (*Live, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	return &Live{
		options: o, links: make(map[link.Key]*watched), owners: make(map[string]int),
		ended: make(chan struct{}), wake: make(chan struct{}, 1),
	}, nil
}

// Start begins to ask the database.
func (l *Live) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	l.loop.Go(func() { l.run(ctx) })
}

// End ends all watches, and refuses new ones: a server that stops must not wait
// for streams that never end. It may be called more than once.
func (l *Live) End() {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.ended:
	default:
		close(l.ended)
	}
}

// Stop ends everything.
func (l *Live) Stop(context.Context) error {
	l.End()
	if l.cancel != nil {
		l.cancel()
		l.loop.Wait()
	}
	return nil
}
