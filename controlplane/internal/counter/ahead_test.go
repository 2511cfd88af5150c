package counter_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
)

// slow takes a tenth of a second for each lease, in a bubble's time.
type slow struct {
	mu   sync.Mutex
	next uint64
}

func (s *slow) LeaseRange(_ context.Context, l counter.Lease) (counter.Range, error) {
	time.Sleep(100 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.next
	s.next += l.Size
	return counter.Range{First: first, Size: l.Size}, nil
}

// value reads a counter.
func value(t *testing.T, r *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("no %s", name)
	return 0
}

// Whoever mints never waits for a lease, once the first one has come: not at the
// end of a range, nor in the whole life of a writer that mints 1,600 a second.
func TestNobodyWaitsForALease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		metrics := prometheus.NewRegistry()
		m := counter.NewMinter(counter.Options{Issuer: new(slow), Registerer: metrics})
		m.Prepare(7)
		time.Sleep(150 * time.Millisecond)
		var group sync.WaitGroup
		for range 16 {
			group.Go(func() {
				for range 2_000 {
					before := time.Now()
					if _, _, err := m.Mint(t.Context(), 7); err != nil {
						t.Error(err)
						return
					}
					if waited := time.Since(before); waited != 0 {
						t.Errorf("waited %v for a lease", waited)
						return
					}
					time.Sleep(10 * time.Millisecond)
				}
			})
		}
		group.Wait()
		for name, most := range map[string]float64{"fingerpost_control_lease_waits_total": 0, "fingerpost_control_ranges_leased_total": 5} {
			if got := value(t, metrics, name); got > most {
				t.Errorf("%s is %v", name, got)
			}
		}
		if err := m.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
