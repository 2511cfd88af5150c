package deadline

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// step is how often the keeper's clock moves.
	step = 250 * time.Millisecond
	// renewal is after how many steps a deadline is renewed.
	renewal = 4
)

// Options of a Keeper. Each must be longer than the 1.25 s that a deadline may
// be too early.
type Options struct {
	// Header is how long a new connection, or one in the middle of a request, may
	// take. Default 10 s.
	Header time.Duration
	// Idle is how long a connection may wait for its next request. Default 75 s.
	Idle time.Duration
	// Write is how long a client may take to accept an answer. Default 10 s.
	Write time.Duration
}

func (o *Options) validate() error {
	for _, d := range []struct {
		field *time.Duration
		usual time.Duration
	}{{&o.Header, 10 * time.Second}, {&o.Idle, 75 * time.Second}, {&o.Write, 10 * time.Second}} {
		if *d.field == 0 {
			*d.field = d.usual
		}
		if *d.field <= (renewal+1)*step {
			return errors.New("deadline: Header, Idle and Write must be longer than 1.25 s")
		}
	}
	return nil
}

// Keeper keeps the deadlines of a server's connections.
type Keeper struct {
	options Options
	// steps is the clock. It starts at 1: 0 is the age of a deadline that was
	// never set.
	steps atomic.Int64
	stop  chan struct{}
	clock sync.WaitGroup
}

// New checks the options.
func New(o Options) (*Keeper, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	k := &Keeper{options: o, stop: make(chan struct{})}
	k.steps.Store(1)
	return k, nil
}

// Start starts the clock.
func (k *Keeper) Start() { k.clock.Go(k.run) }

func (k *Keeper) run() {
	tick := time.NewTicker(step)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			k.steps.Add(1)
		case <-k.stop:
			return
		}
	}
}

// Stop ends the clock. Connections that are left keep the deadlines that they
// have.
func (k *Keeper) Stop() {
	close(k.stop)
	k.clock.Wait()
}

// Conn keeps the deadlines of c, which one goroutine at a time reads and writes.
func (k *Keeper) Conn(c net.Conn) net.Conn { return &conn{Conn: c, keeper: k} }
