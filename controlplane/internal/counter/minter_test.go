package counter_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgres.Tests{M: m}) }

// issuer leases from one endless shard. It is told how to fail and how long to take.
type issuer struct {
	mu    sync.Mutex
	next  uint64        // mu
	sizes []uint64      // mu; of all leases asked for
	fail  error         // mu; what to answer with
	lost  bool          // every second lease happens, but its answer is lost
	slow  time.Duration // how long a lease takes
}

func (i *issuer) LeaseRange(ctx context.Context, l counter.Lease) (counter.Range, error) {
	select {
	case <-time.After(i.slow):
	case <-ctx.Done():
		return counter.Range{}, ctx.Err()
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.sizes = append(i.sizes, l.Size)
	if i.fail != nil {
		return counter.Range{}, i.fail
	}
	r := counter.Range{First: i.next, Size: l.Size}
	i.next += l.Size
	if i.lost && len(i.sizes)%2 == 0 {
		return counter.Range{}, errors.New("connection lost after the commit")
	}
	return r, nil
}

func (i *issuer) setFail(err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fail = err
}

func newMinter(t *testing.T, i counter.Issuer) *counter.Minter {
	t.Helper()
	m := counter.NewMinter(counter.Options{Issuer: i, Writer: "w", Region: "r"})
	t.Cleanup(func() {
		if err := m.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m
}

func mint(t *testing.T, m *counter.Minter) uint64 {
	t.Helper()
	id, _, err := m.Mint(context.Background(), 7)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// At a steady pace a range comes to last a minute, whatever the pace.
func TestSizeAdaptsToTheMinutesUse(t *testing.T) {
	for _, tc := range []struct {
		name  string
		pause time.Duration // between two numbers
		want  uint64
	}{
		{"slow: the least", time.Second, 1_000},
		{"a hundred a second", 10 * time.Millisecond, 6_000},
		{"two thousand a second", 500 * time.Microsecond, 120_000},
		{"fast: the most", time.Microsecond, 1_000_000},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := &issuer{}
				m := newMinter(t, i)
				for range 8_000 {
					mint(t, m)
					time.Sleep(tc.pause)
				}
				got := i.sizes[len(i.sizes)-1]
				if got < tc.want*9/10 || got > tc.want*11/10 {
					t.Errorf("leases of %d", got)
				}
			})
		})
	}
}

// While a range is held, a number takes no time, however slow the issuer is.
func TestMintNeverWaitsWhileARangeIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMinter(t, &issuer{slow: time.Second})
		mint(t, m)
		for n := range 20_000 {
			began := time.Now()
			mint(t, m)
			if took := time.Since(began); took != 0 {
				t.Fatalf("number %d took %s", n, took)
			}
			time.Sleep(2500 * time.Microsecond) // half a range lasts longer than a lease takes
		}
	})
}

func TestIssuerDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{}
		m := newMinter(t, i)
		mint(t, m)
		i.setFail(errors.New("down"))
		for range 999 { // what is held is used up
			mint(t, m)
		}
		time.Sleep(time.Second)
		for range 100 {
			if _, _, err := m.Mint(context.Background(), 7); !errors.Is(err, counter.ErrUnavailable) {
				t.Fatalf("with nothing held: %v", err)
			}
		}
		if tries := len(i.sizes); tries > 5 {
			t.Errorf("asked %d times", tries)
		}
		i.setFail(nil)
		time.Sleep(time.Second)
		mint(t, m)
	})
}

// A caller whose time is up does not wait for the issuer, and a lease that came
// too late for it serves the next.
func TestMintEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMinter(t, &issuer{slow: time.Second})
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		if _, _, err := m.Mint(ctx, 7); !errors.Is(err, counter.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
		time.Sleep(time.Second)
		began := time.Now()
		mint(t, m)
		if took := time.Since(began); took != 0 {
			t.Errorf("took %s", took)
		}
	})
}

func TestStopEndsALease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMinter(t, &issuer{slow: time.Hour})
		result := make(chan error)
		go func() {
			_, _, err := m.Mint(context.Background(), 7)
			result <- err
		}()
		synctest.Wait()
		if err := m.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-result; !errors.Is(err, counter.ErrUnavailable) {
			t.Errorf("the waiting caller got %v", err)
		}
		if _, _, err := m.Mint(context.Background(), 7); !errors.Is(err, counter.ErrUnavailable) {
			t.Errorf("after Stop: %v", err)
		}
	})
}

// A lease that the issuer booked, but whose answer was lost, is wasted and never
// used; numbers of several lengths do not mix.
func TestLostAnswersGiveNoNumberTwice(t *testing.T) {
	i := &issuer{lost: true}
	seen := map[uint64]bool{}
	for range 50 { // 50 writers, one after the other
		m := newMinter(t, i)
		for range 1_700 {
			id, _, err := m.Mint(context.Background(), 7)
			if err != nil {
				break // this writer gives up: its range is abandoned
			}
			if seen[id] {
				t.Fatalf("%d came twice", id)
			}
			seen[id] = true
		}
	}
	if len(seen) < 20_000 {
		t.Errorf("only %d numbers were minted", len(seen))
	}
}
