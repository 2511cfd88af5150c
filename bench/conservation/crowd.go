package conservation

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fingerpost/fingerpost/bench/load"
	"github.com/fingerpost/fingerpost/bench/workload"
)

// set is links that are asked for together.
type set struct {
	links   []entry
	sampler *workload.Sampler
	every   time.Duration // between a client's requests; 0: none
	query   string        // asked with
}

// newSet makes n links; the first ones are asked for most.
func newSet(n int, every time.Duration, query string, seed uint64) (*set, error) {
	popularity, err := workload.Popularity("")
	if err != nil {
		return nil, err
	}
	s := &set{links: make([]entry, n), every: every, query: query}
	s.sampler, err = workload.NewSampler(popularity, n, seed)
	return s, err
}

// fat is a query of which much is kept: so a spool is soon full.
func fat() string { return "?utm_source=" + strings.Repeat("s", 200) }

// crowd is clients that ask without end. They ask for one set of links at a time.
type crowd struct {
	addr  string
	asked atomic.Uint64
	// lives is how often the edge was seen to be dead. What is sent over a connection
	// to an earlier life reaches nobody: it is not sent.
	lives atomic.Uint64

	gate sync.RWMutex // held by who asks; locked, nobody does
	now  *set         // gate

	clients sync.WaitGroup
	cancel  context.CancelFunc
}

func newCrowd(addr string, clients int, first *set) *crowd {
	ctx, cancel := context.WithCancel(context.Background())
	c := &crowd{addr: addr, now: first, cancel: cancel}
	for range clients {
		c.clients.Go(func() { c.run(ctx) })
	}
	return c
}

// turnTo has all clients ask for another set, after every request under way for
// the one before has ended.
func (c *crowd) turnTo(s *set) {
	c.gate.Lock()
	defer c.gate.Unlock()
	c.now = s
}

// stop waits until the last request has ended.
func (c *crowd) stop() {
	c.cancel()
	c.clients.Wait()
}

// asker is one client.
type asker struct {
	crowd  *crowd
	agents []string
	conn   *load.Conn // nil: none
	life   uint64     // to which conn leads
	buf    []byte
	answer load.Answer
}

func (c *crowd) run(ctx context.Context) {
	a := &asker{crowd: c, agents: agents()}
	defer a.hangUp()
	for ctx.Err() == nil {
		if a.connect(ctx) {
			_ = sleep(ctx, a.ask()) // the loop looks at ctx
		} else {
			_ = sleep(ctx, 5*time.Millisecond)
		}
	}
}

// connect makes sure that there is a connection to the edge that lives.
func (a *asker) connect(ctx context.Context) bool {
	life := a.crowd.lives.Load()
	if a.conn != nil && a.life == life {
		return true
	}
	a.hangUp()
	conn, err := load.Dial(ctx, a.crowd.addr, 10*time.Second)
	if err != nil {
		return false // nothing was sent
	}
	a.conn, a.life = conn, life
	return true
}

func (a *asker) hangUp() {
	if a.conn != nil {
		a.conn.Close()
		a.conn = nil
	}
}

// ask sends one request, and says how long to wait before the next.
func (a *asker) ask() (pause time.Duration) {
	c := a.crowd
	c.gate.RLock()
	defer c.gate.RUnlock()
	if c.now == nil {
		return time.Millisecond
	}
	n := c.asked.Add(1)
	e := &c.now.links[c.now.sampler.Draw(n)]
	a.buf = e.request(a.buf[:0], a.agents[n%uint64(len(a.agents))], c.now.query)
	reuse, err := a.conn.Do(a.buf, &a.answer)
	e.book(&a.answer, err)
	if !reuse {
		a.conn = nil
	}
	return c.now.every
}
