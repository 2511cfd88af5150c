package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// shipAll ships a batch of each edge at once and gives what became of them.
func shipAll(i *ingest.Ingest, edges []string, counts int) (group *sync.WaitGroup, errs map[string]error) {
	var mu sync.Mutex
	group, errs = new(sync.WaitGroup), make(map[string]error)
	for _, edge := range edges {
		group.Go(func() {
			b := batch()
			b.Edge = edge
			for len(b.Counts) < counts {
				b.Counts = append(b.Counts, b.Counts[0])
			}
			_, err := i.Ship(context.Background(), b)
			mu.Lock()
			defer mu.Unlock()
			errs[edge] = err
		})
	}
	return group, errs
}

// occupy ships until no booking can begin beside those that are under way.
func occupy(i *ingest.Ingest, store *ledger) (group *sync.WaitGroup) {
	group = new(sync.WaitGroup)
	for _, edge := range []string{"first", "second"} {
		alone, _ := shipAll(i, []string{edge}, 1)
		group.Go(alone.Wait)
		<-store.begun
	}
	return group
}

// sizes is how many batches the bookings had, the small ones first.
func (l *ledger) sizes() (sizes []int) {
	for _, batches := range l.bookings {
		sizes = append(sizes, len(batches))
	}
	slices.Sort(sizes)
	return sizes
}

// names are those of n edges.
func names(n int) (edges []string) {
	for i := range n {
		edges = append(edges, fmt.Sprint("e", i))
	}
	return edges
}

// TestTogether: what comes while a booking is under way is booked together.
func TestTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &ledger{begun: make(chan struct{}, 9), hold: make(chan struct{}, 9)}
		i, _ := start(t, store)
		first := occupy(i, store)
		rest, errs := shipAll(i, names(50), 1)
		synctest.Wait()
		for range 3 {
			store.hold <- struct{}{}
		}
		first.Wait()
		rest.Wait()
		if got := store.sizes(); !slices.Equal(got, []int{1, 1, 50}) {
			t.Errorf("bookings of %v batches", got)
		}
		for edge, err := range errs {
			if err != nil {
				t.Errorf("%s: %v", edge, err)
			}
		}
	})
}

// TestBookingsAreBounded: many large batches are more than one booking.
func TestBookingsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &ledger{begun: make(chan struct{}, 9), hold: make(chan struct{}, 9)}
		i, _ := start(t, store)
		first := occupy(i, store)
		rest, _ := shipAll(i, names(8), ingest.MaxCounts)
		synctest.Wait()
		for range 4 {
			store.hold <- struct{}{}
		}
		first.Wait()
		rest.Wait()
		if got := store.sizes(); !slices.Equal(got, []int{1, 1, 4, 4}) {
			t.Errorf("bookings of %v batches", got)
		}
	})
}

// TestBusy: what would wait in vain is refused at once, but for heartbeats; those that
// wait are booked.
func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &ledger{begun: make(chan struct{}, 9), hold: make(chan struct{}, 9)}
		i, _ := start(t, store)
		first := occupy(i, store)
		rest, errs := shipAll(i, names(10), ingest.MaxCounts)
		var beat sync.WaitGroup
		beat.Go(func() {
			if _, err := i.Ship(context.Background(), &wire.Batch{Edge: "beat", Epoch: 1, Boot: 1, Watermark: 1}); err != nil {
				t.Errorf("a heartbeat: %v", err)
			}
		})
		synctest.Wait()
		bad := batch()
		bad.Edge = ""
		if _, err := i.Ship(t.Context(), bad); !errors.Is(err, ingest.ErrBusy) {
			t.Errorf("a batch was checked that there is no room for: %v", err)
		}
		if len(errs) != 2 {
			t.Errorf("%d of 10 are refused", len(errs))
		}
		for range 9 {
			store.hold <- struct{}{}
		}
		first.Wait()
		rest.Wait()
		beat.Wait()
		busy := 0
		for edge, err := range errs {
			if errors.Is(err, ingest.ErrBusy) {
				busy++
			} else if err != nil {
				t.Errorf("%s: %v", edge, err)
			}
		}
		if busy != 2 {
			t.Errorf("%d of 10 are refused", busy)
		}
		if _, err := i.Ship(t.Context(), batch()); err != nil {
			t.Errorf("once the desk is empty: %v", err)
		}
	})
}

// TestOneBadBatch: what one batch does to a booking, the others do not suffer.
func TestOneBadBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &ledger{begun: make(chan struct{}, 20), hold: make(chan struct{}, 20), poison: "e3"}
		i, _ := start(t, store)
		first := occupy(i, store)
		rest, errs := shipAll(i, names(10), 1)
		synctest.Wait()
		for range 13 {
			store.hold <- struct{}{}
		}
		first.Wait()
		rest.Wait()
		for edge, err := range errs {
			if (err != nil) != (edge == "e3") {
				t.Errorf("%s: %v", edge, err)
			}
		}
	})
}

// TestCallersLeave: a batch whose caller left before its turn is not booked, and
// one that is under way is booked all the same.
func TestCallersLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &ledger{begun: make(chan struct{}, 9), hold: make(chan struct{}, 9)}
		i, _ := start(t, store)
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		ship := func(edge string) {
			group.Go(func() {
				b := &wire.Batch{Edge: edge, Sequence: 1}
				if _, err := i.Ship(ctx, b); !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v", edge, err)
				}
			})
		}
		for _, edge := range []string{"underway", "beside"} {
			ship(edge)
			<-store.begun
		}
		ship("waiting")
		synctest.Wait()
		cancel()
		group.Wait()
		store.hold <- struct{}{}
		store.hold <- struct{}{}
		if err := i.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		if got := store.sizes(); !slices.Equal(got, []int{1, 1}) {
			t.Errorf("bookings of %v batches", got)
		}
		if _, err := i.Ship(context.Background(), batch()); err == nil || errors.Is(err, ingest.ErrInvalid) {
			t.Errorf("after the end: %v", err)
		}
	})
}
