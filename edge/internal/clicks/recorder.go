package clicks

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

// shipping is the cursor of what is shipped.
const shipping = "ship"

// Recorder counts clicks from New on and ships them from Start on until Stop.
type Recorder struct {
	options Options
	spool   *spool.Spool
	cursor  *spool.Cursor
	salts   salts
	seed    maphash.Seed // of the hashes by which texts are found again
	agents  agents
	tally   *tally
	metrics *metrics
	caught  atomic.Int64 // Unix milliseconds; what was recorded before is shipped, says the shipper

	stop    chan struct{}      // closed by Stop: ship what is left and end
	abandon context.CancelFunc // by Stop's deadline: end now
	forget  context.CancelFunc // by Stop: nobody needs salts any more
	running sync.WaitGroup

	// The shipper's own.
	watermark int64         // Unix milliseconds; what was answered before is shipped, or in the batch in hand
	told      time.Time     // when a control plane last heard from it
	pace      time.Duration // how soon it may hear again, without clicks
	refusals  int           // one after the other
	failing   bool          // the spool cannot be read, and the log says so
}

// New checks the options and opens the spool, with an epoch of its own.
func New(o Options) (*Recorder, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	s, err := spool.Open(spool.Options{
		Data: o.Data, Bytes: o.Bytes, Sync: o.Sync, Cursors: append([]string{shipping}, o.Readers...), Now: o.Now, Logger: o.Logger,
	})
	if err != nil {
		return nil, err
	}
	r := &Recorder{
		options: o, spool: s, cursor: s.Cursor(shipping), tally: newTally(o.Rows, o.Visits), seed: maphash.MakeSeed(), metrics: newMetrics(), stop: make(chan struct{}),
	}
	r.pace = beatEvery
	r.caught.Store(o.Now().UnixMilli())
	return r, nil
}

// Cursor reads the spool for one of Options.Readers.
func (r *Recorder) Cursor(name string) *spool.Cursor { return r.spool.Cursor(name) }

// Room is how many bytes the spool may take.
func (r *Recorder) Room() int64 { return r.spool.Room() }

// Waiting is how many bytes of clicks wait to be shipped, at most.
func (r *Recorder) Waiting() uint64 { return uint64(r.cursor.Waiting()) }

// Record counts one click. Hot path: 0 allocs, no I/O, no lock held across I/O.
func (r *Recorder) Record(c Click) {
	var record spool.Record // as a literal it would be made aside, and copied
	record.At, record.Domain, record.Code = c.At, view(c.Domain), view(c.Code)
	if !c.CountOnly {
		record.Agent, record.Language, record.AgentHash = c.Agent, c.Language, maphash.Bytes(r.seed, c.Agent)
		record.Referrer = authority(c.Referrer)
		if len(c.Query) > 0 {
			var room [tagRoom]byte
			record.Query = tagged(c.Query, &room)
			record.QueryHash = maphash.Bytes(r.seed, record.Query)
		}
		record.Network = c.Address // the spool keeps no more than the network
		if salt := r.salts.of(c.At); salt != nil {
			record.Visitor = visit.Register(salt, c.Address, r.agents.of(c.Agent, record.AgentHash))
		}
	}
	if !r.spool.Append(&record) {
		r.metrics.lost.Add(1)
	}
}

// view gives a string's bytes, which must not be written to.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Start begins to drain and ship.
func (r *Recorder) Start() {
	shipping, abandon := context.WithCancel(context.Background())
	salts, forget := context.WithCancel(shipping)
	r.abandon, r.forget = abandon, forget
	r.spool.Start()
	r.running.Go(func() { r.shipAll(shipping) })
	r.running.Go(func() { r.keepSalts(salts) })
}

// Stop ships what was recorded, until ctx ends. What is left then stays on disk,
// for the next start; in memory it is lost, and the error says how much. Nobody
// reads the spool or records any more.
func (r *Recorder) Stop(ctx context.Context) error {
	r.spool.End()
	close(r.stop)
	r.forget()
	end := context.AfterFunc(ctx, r.abandon)
	r.running.Wait()
	end()
	r.abandon()
	left := r.Waiting()
	if err := r.spool.Close(); err != nil {
		return fmt.Errorf("closing the spool: %w", err)
	}
	if left > 0 && r.options.Bytes < 0 {
		return fmt.Errorf("shipping the last clicks: %d bytes of them are lost: %w", left, context.Cause(ctx))
	}
	return nil
}
