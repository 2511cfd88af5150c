package clicks_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// stopSoon stops r though nobody may answer.
func stopSoon(r *clicks.Recorder) error {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	return r.Stop(ctx)
}

func recordSome(r *clicks.Recorder, n int) {
	for i := range n {
		r.Record(clicks.Click{Domain: "a.example", Code: fmt.Sprint("c", i%25), At: 60_000})
	}
}

// F15: what a stop cannot ship stays on disk, and the next start ships it.
func TestF15TheNextStartShips(t *testing.T) {
	data := t.TempDir()
	same := func(o *clicks.Options) { o.Data = data }
	down := true
	b := newBooks(func() fault {
		if down {
			return before
		}
		return none
	})
	for range 3 {
		r := newRecorder(t, b, same)
		r.Start()
		recordSome(r, 1000)
		if err := stopSoon(r); err != nil {
			t.Errorf("Stop: %v", err)
		}
	}
	down = false
	r := newRecorder(t, b, same)
	r.Start()
	until(t, "all is shipped", func() bool { return b.total() == 3000 })
	stop(t, r)
	if got := b.total(); got != 3000 {
		t.Errorf("%d clicks booked of 3000", got)
	}
	for _, p := range b.problems {
		t.Error(p)
	}
	if left := folders(t, data); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// In memory there is no next start, and Stop says so.
func TestStopGivesUp(t *testing.T) {
	r := newRecorder(t, newBooks(func() fault { return before }), func(o *clicks.Options) { o.Bytes = -1 })
	r.Start()
	recordSome(r, 10)
	if err := stopSoon(r); err == nil || !strings.Contains(err.Error(), "lost") {
		t.Errorf("Stop: %v", err)
	}
}

// Nobody need answer for a stop when there is nothing to tell.
func TestStopsAtOnce(t *testing.T) {
	data := t.TempDir()
	b := newBooks(func() fault { return before })
	r := newRecorder(t, b, func(o *clicks.Options) { o.Data = data })
	r.Start()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if err := r.Stop(ctx); err != nil || len(folders(t, data)) != 0 {
		t.Errorf("%v; left %v", err, folders(t, data))
	}
}

// An epoch ends with its last batch, and says so.
func TestLastBatch(t *testing.T) {
	b := newBooks(func() fault { return none })
	r := newRecorder(t, b, nil)
	r.Start()
	recordSome(r, 10)
	until(t, "all is shipped", func() bool { return b.total() == 10 })
	stop(t, r)
	last := 0
	for _, batch := range b.batches {
		if batch.GetBoot() != batch.GetEpoch() {
			t.Errorf("epoch %d is said to be shipped by %d", batch.GetEpoch(), batch.GetBoot())
		}
		if batch.GetLast() {
			last++
			if batch.GetSequence() != b.last[batch.GetEpoch()] {
				t.Errorf("batch %d of %d is said to be the last", batch.GetSequence(), b.last[batch.GetEpoch()])
			}
		}
	}
	if last != 1 {
		t.Errorf("%d last batches", last)
	}
}

// deaf takes no clicks, but hears everything else.
type deaf struct{ *books }

func (d deaf) Ship(ctx context.Context, b *wire.Batch) error {
	if b, err := arrived(b); err != nil || len(b.GetCounts()) > 0 {
		return errors.Join(err, errors.New("no clicks now"))
	}
	return d.books.Ship(ctx, b)
}

// An edge that has shipped all it had says so when it stops, and then nothing more;
// one that has not does not.
func TestEnding(t *testing.T) {
	for name, c := range map[string]struct {
		plane   func(*books) clicks.Plane
		endings int
	}{
		"all is shipped": {func(b *books) clicks.Plane { return b }, 1},
		"clicks wait":    {func(b *books) clicks.Plane { return deaf{b} }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBooks(func() fault { return none })
			r := newRecorder(t, c.plane(b), nil)
			r.Start()
			recordSome(r, 10)
			if c.endings > 0 {
				stop(t, r)
			} else if err := stopSoon(r); err != nil {
				t.Error(err)
			}
			if b.endings != c.endings {
				t.Errorf("%d beats say that the edge ends", b.endings)
			}
		})
	}
}
