package clicks_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// books is a control plane that keeps its promise: a batch is booked once.
type books struct {
	// fault says what goes wrong with one arrival.
	fault func() fault

	salts atomic.Int32 // keys asked for
	old   bool         // takes batches alone

	mu         sync.Mutex
	batches    map[string]*wire.Batch
	last       map[uint64]uint64 // sequence, by epoch
	watermarks []int64           // of beats
	endings    int               // beats that said it was the last
	counted    map[string]uint64
	problems   []string
	arrivals   int
}

type fault int

const (
	none fault = iota
	before
	after // failed, but booked
	late  // booked when its caller has given up
	twice // the network delivers it again
	faults
)

func newBooks(f func() fault) *books {
	return &books{fault: f, batches: make(map[string]*wire.Batch), last: make(map[uint64]uint64), counted: make(map[string]uint64)}
}

func (b *books) Ship(ctx context.Context, batch *wire.Batch) error {
	batch, err := arrived(batch)
	if err != nil {
		return err
	}
	f := b.fault()
	switch f {
	case before:
		return errors.New("failed before booking")
	case late:
		<-ctx.Done()
	case twice:
		b.book(batch)
	}
	if b.book(batch) {
		return clicks.ErrRefused
	}
	if f == after || f == late {
		return errors.New("failed, but booked")
	}
	return nil
}

// arrived is what the other side sees of a batch.
func arrived(b *wire.Batch) (*wire.Batch, error) {
	sent, err := proto.Marshal(b)
	if err != nil {
		return nil, err
	}
	b = new(wire.Batch)
	return b, proto.Unmarshal(sent, b)
}

// Salt implements clicks.Plane.
func (b *books) Salt(_ context.Context, day int64) (key [16]byte, err error) {
	b.salts.Add(1)
	if b.fault != nil && b.fault() == before {
		return key, errors.New("down")
	}
	return [16]byte{byte(day)}, nil
}

// book says whether other clicks have the batch's number.
func (b *books) book(batch *wire.Batch) (conflict bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if batch.GetSequence() == 0 {
		b.watermarks = append(b.watermarks, batch.GetWatermark())
		if batch.GetEnding() {
			b.endings++
		}
		return b.old
	}
	b.arrivals++
	number := fmt.Sprint(batch.GetEdge(), " ", batch.GetEpoch(), " ", batch.GetSequence())
	if known := b.batches[number]; known != nil {
		if known.GetDigest() != batch.GetDigest() {
			return true
		}
		if !sameCounts(known, batch) {
			b.problems = append(b.problems, "batch "+number+" came with other content")
		}
		return false
	}
	if batch.GetSequence() != b.last[batch.GetEpoch()]+1 {
		b.problems = append(b.problems, fmt.Sprintf("epoch %d: sequence %d after %d", batch.GetEpoch(), batch.GetSequence(), b.last[batch.GetEpoch()]))
	}
	b.last[batch.GetEpoch()] = batch.GetSequence()
	b.batches[number] = proto.Clone(batch).(*wire.Batch)
	for _, c := range batch.GetCounts() {
		b.counted[fmt.Sprint(c.GetDomain(), "/", c.GetCode(), " ", c.GetMinute())] += c.GetCount()
	}
	return false
}

// visitors are the registers that came for a code.
func (b *books) visitors(code string) map[uint32]bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make(map[uint32]bool)
	for _, batch := range b.batches {
		for _, c := range batch.GetCounts() {
			if c.GetCode() != code {
				continue
			}
			for _, register := range c.GetVisitors() {
				all[register] = true
			}
		}
	}
	return all
}

// heard is how many beats came.
func (b *books) heard() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.watermarks)
}

func sameCounts(a, b *wire.Batch) bool { return proto.Equal(ordered(a), ordered(b)) }

// ordered is what a batch says, in an order that does not depend on chance.
func ordered(b *wire.Batch) *wire.Batch {
	b = proto.CloneOf(&wire.Batch{Counts: b.GetCounts()})
	for _, c := range b.GetCounts() {
		slices.SortFunc(c.GetParts(), func(a, b *wire.Part) int {
			return cmp.Or(cmp.Compare(a.GetDimension(), b.GetDimension()), cmp.Compare(a.GetValue(), b.GetValue()))
		})
	}
	slices.SortFunc(b.GetCounts(), func(a, b *wire.ClickCount) int {
		return cmp.Or(cmp.Compare(a.GetDomain(), b.GetDomain()), cmp.Compare(a.GetCode(), b.GetCode()), cmp.Compare(a.GetMinute(), b.GetMinute()))
	})
	return b
}

func (b *books) total() (sum uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.counted {
		sum += n
	}
	return sum
}

// unknown describes nobody.
type unknown struct{}

func (unknown) Describe(visit.Visit) (f visit.Facts) { return f }

func newRecorder(t testing.TB, p clicks.Plane, change func(*clicks.Options)) *clicks.Recorder {
	t.Helper()
	o := clicks.Options{
		Edge: "edge", Data: t.TempDir(), Bytes: 64 << 20, Plane: p, Visits: unknown{}, Logger: slog.New(slog.DiscardHandler),
		Interval: time.Millisecond, Attempt: 5 * time.Millisecond, Sync: time.Millisecond, Rows: 100,
	}
	if change != nil {
		change(&o)
	}
	r, err := clicks.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func stop(t testing.TB, r *clicks.Recorder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// until polls: nothing here says when it will have happened, only by when.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never happened: ", what)
		}
	}
}

// TestF3CountedOnce is promise 5 while the edge lives: whatever happens to a batch on
// its way, each click is booked once, under its link and minute.
func TestF3CountedOnce(t *testing.T) {
	for name, f := range map[string]func() fault{
		"no faults":            func() fault { return none },
		"failed before":        sometimes(before),
		"failed, but booked":   sometimes(after),
		"late, after deadline": sometimes(late),
		"duplicated":           sometimes(twice),
		"all of it":            func() fault { return fault(rand.IntN(int(faults))) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBooks(f)
			r := newRecorder(t, b, nil)
			r.Start()
			var clients sync.WaitGroup
			for range 8 {
				clients.Go(func() {
					for i := range 1000 {
						r.Record(clicks.Click{Domain: "a.example", Code: fmt.Sprint("c", i%25), At: int64(i%3+1) * 60_000})
					}
				})
			}
			clients.Wait()
			stop(t, r)
			if got := b.total(); got != 8000 {
				t.Errorf("%d clicks booked of 8000", got)
			}
			for i := range 75 {
				key := fmt.Sprint("a.example/c", i%25, " ", i%3+1)
				// i from 0 to 999 has the residue of each of 75 rows 13 or 14 times.
				want := uint64(8 * (1000 / 75))
				if i < 1000%75 {
					want += 8
				}
				if b.counted[key] != want {
					t.Errorf("%s: %d clicks booked, want %d", key, b.counted[key], want)
				}
			}
			for _, p := range b.problems {
				t.Error(p)
			}
		})
	}
}

// sometimes gives f to who comes first, a batch as well as a question for a salt, and
// then by chance.
func sometimes(f fault) func() fault {
	var asked atomic.Int32
	return func() fault {
		if asked.Add(1) <= 4 || rand.IntN(2) == 0 {
			return f
		}
		return none
	}
}

// L4: one link at full rate.
func TestL4HotLink(t *testing.T) {
	b := newBooks(func() fault { return none })
	// The usual room: this is faster than requests come, and than small segments
	// could be made.
	r := newRecorder(t, b, func(o *clicks.Options) { o.Bytes = 1 << 30 })
	r.Start()
	const each = 50_000
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for range each {
				r.Record(clicks.Click{Domain: "a.example", Code: "hot"})
			}
		})
	}
	clients.Wait()
	stop(t, r)
	if got := b.total(); got != 4*each {
		t.Errorf("%d clicks booked of %d, %d lost", got, 4*each, metric(t, r, `fingerpost_edge_clicks_lost_total{reason="full"}`))
	}
}
