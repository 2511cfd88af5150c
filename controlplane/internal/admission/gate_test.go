package admission_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fingerpost/fingerpost/controlplane/internal/admission"
)

func gate(t *testing.T, o admission.Options) *admission.Gate {
	t.Helper()
	o.Name, o.Registerer = "test", prometheus.NewRegistry()
	g, err := admission.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// enter enters and fails the test if it may not.
func enter(t *testing.T, g *admission.Gate) (leave func(bool)) {
	t.Helper()
	leave, err := g.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return leave
}

func refused(t *testing.T, g *admission.Gate) {
	t.Helper()
	if _, err := g.Enter(t.Context()); !errors.Is(err, admission.ErrRefused) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestSlotsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate(t, admission.Options{Slots: 2, Queue: 1, Wait: 200 * time.Millisecond})
		first := enter(t, g)
		enter(t, g)
		var group sync.WaitGroup
		group.Go(func() { enter(t, g) }) // waits
		synctest.Wait()
		start := time.Now()
		refused(t, g) // the queue is full
		if waited := time.Since(start); waited != 0 {
			t.Errorf("a full queue let wait for %v", waited)
		}
		first(false)
		group.Wait()
		start = time.Now()
		refused(t, g) // nobody leaves
		if waited := time.Since(start); waited != 200*time.Millisecond {
			t.Errorf("refused after %v", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := g.Enter(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestFailuresInARowCloseTheGate(t *testing.T) {
	g := gate(t, admission.Options{Trip: 3})
	for _, failed := range []bool{true, true, false, true, true} {
		enter(t, g)(failed)
	}
	enter(t, g)(true)
	refused(t, g)
	if err := g.Check(); !errors.Is(err, admission.ErrRefused) {
		t.Errorf("got %v", err)
	}
	g.Tell(true)
	enter(t, g)(true) // two more are needed again
	enter(t, g)(false)
	g.Tell(false)
	refused(t, g)
}

// Who waits for a slot when the database goes away is not let in.
func TestClosingReachesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate(t, admission.Options{Slots: 1})
		leave := enter(t, g)
		var group sync.WaitGroup
		group.Go(func() { refused(t, g) })
		synctest.Wait()
		g.Tell(false)
		leave(true)
		group.Wait()
		g.Tell(true)
		enter(t, g)
	})
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	for name, o := range map[string]admission.Options{
		"no name":        {Registerer: prometheus.NewRegistry()},
		"no registerer":  {Name: "test"},
		"negative slots": {Name: "test", Slots: -1, Registerer: prometheus.NewRegistry()},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := admission.New(o); err == nil {
				t.Error("no error")
			}
		})
	}
}
