package loop

import (
	"net"
	"runtime"
	"sync"
	"sync/atomic"
)

// Loops share connections among them.
type Loops struct {
	options Options
	loops   []*loop
	next    atomic.Uint64
	running sync.WaitGroup
}

// New checks the options.
func New(o Options) (*Loops, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	return &Loops{options: o}, nil
}

// Start runs a loop for each processor.
func (s *Loops) Start() error {
	for range runtime.GOMAXPROCS(0) {
		l, err := newLoop(s.options)
		if err != nil {
			s.Stop()
			return err
		}
		s.loops = append(s.loops, l)
		s.running.Go(l.run)
	}
	return nil
}

// Stop ends the loops and the connections that they have. Those that are lent
// stay with whoever has them.
func (s *Loops) Stop() {
	for _, l := range s.loops {
		l.stop()
	}
	s.running.Wait()
}

// Take has a loop serve g, whose connection c is: one that a Listener gave, perhaps
// with a layer around it. It says whether it is.
func (s *Loops) Take(c net.Conn, g Guest) bool {
	if layer, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = layer.NetConn()
	}
	own, ok := c.(*conn)
	return ok && s.loops[s.next.Add(1)%uint64(len(s.loops))].take(own, g)
}
