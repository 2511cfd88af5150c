package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgres.Tests{M: m}) }

// ledger is a Store that keeps numbers only.
type ledger struct {
	mu       sync.Mutex
	booked   map[string]bool // mu
	bookings [][]*wire.Batch // mu; those that succeeded
	salts    map[int64]string
	fail     error         // of any booking
	poison   string        // an edge whose batches cannot be booked
	begun    chan struct{} // if not nil: gets one for each booking
	hold     chan struct{} // if not nil: a booking waits for one
}

func (l *ledger) AddBatches(_ context.Context, batches []*wire.Batch) ([]ingest.Result, error) {
	if l.hold != nil {
		l.begun <- struct{}{}
		<-l.hold
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return nil, l.fail
	}
	results := make([]ingest.Result, len(batches))
	for i, b := range batches {
		if b.GetEdge() == l.poison {
			return nil, errors.New("the database refuses this batch")
		}
		number := fmt.Sprint(b.GetEdge(), b.GetEpoch(), b.GetSequence())
		results[i] = ingest.Result{Duplicate: l.booked[number], Conflict: b.GetDigest() == 666, Rivals: b.GetDigest() == 666}
		l.booked[number] = true
	}
	l.bookings = append(l.bookings, batches)
	return results, nil
}

func (l *ledger) Salt(_ context.Context, day int64, fresh []byte) ([]byte, error) {
	if l.salts[day] == "" {
		l.salts[day] = string(fresh)
	}
	return []byte(l.salts[day]), nil
}

func start(t *testing.T, store *ledger) (*ingest.Ingest, *prometheus.Registry) {
	t.Helper()
	store.booked, store.salts = make(map[string]bool), make(map[int64]string)
	registry := prometheus.NewRegistry()
	i, err := ingest.New(ingest.Options{
		Store: store, Logger: slog.New(slog.DiscardHandler), Registerer: registry, Now: func() time.Time { return time.Unix(20_000*86_400+7, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return i, registry
}

func batch() *wire.Batch {
	return &wire.Batch{Edge: "eu-1", Epoch: 1, Boot: 1, Sequence: 1, Digest: 9, Counts: []*wire.ClickCount{
		{Domain: "go.example", Code: "abc", Minute: 29_000_000, Count: 5},
	}}
}

func TestShipCountsWhatBecameOfABatch(t *testing.T) {
	store := new(ledger)
	i, registry := start(t, store)
	for n, want := range []bool{false, true, true} {
		if r, err := i.Ship(t.Context(), batch()); r != (ingest.Result{Duplicate: want}) || err != nil {
			t.Errorf("time %d: %+v, %v", n+1, r, err)
		}
	}
	copied := batch()
	copied.Sequence, copied.Digest = 2, 666
	if r, err := i.Ship(t.Context(), copied); !r.Conflict || err != nil {
		t.Errorf("a copy: %+v, %v", r, err)
	}
	store.fail = errors.New("down")
	if _, err := i.Ship(t.Context(), batch()); !errors.Is(err, store.fail) || errors.Is(err, ingest.ErrInvalid) {
		t.Errorf("with the database down: %v", err)
	}
	i.Ship(t.Context(), &wire.Batch{})
	want := `# HELP fingerpost_control_batches_ingested_total Batches of clicks from edges: booked, duplicate (booked before), conflict (not booked: the number is another batch's), invalid (refused for good), busy (refused because too many wait) and failed, both to be sent again.
# TYPE fingerpost_control_batches_ingested_total counter
fingerpost_control_batches_ingested_total{result="booked"} 1
fingerpost_control_batches_ingested_total{result="busy"} 0
fingerpost_control_batches_ingested_total{result="conflict"} 1
fingerpost_control_batches_ingested_total{result="duplicate"} 2
fingerpost_control_batches_ingested_total{result="failed"} 1
fingerpost_control_batches_ingested_total{result="invalid"} 1
# HELP fingerpost_control_edge_conflicts_total How often two processes were found to ship clicks under one edge's name; once an hour for each name.
# TYPE fingerpost_control_edge_conflicts_total counter
fingerpost_control_edge_conflicts_total 1
`
	err := testutil.GatherAndCompare(registry, strings.NewReader(want), "fingerpost_control_batches_ingested_total", "fingerpost_control_edge_conflicts_total")
	if err != nil {
		t.Error(err)
	}
}

func TestPendingIsWhatIsNotBookedYet(t *testing.T) {
	store := &ledger{begun: make(chan struct{}), hold: make(chan struct{})}
	i, _ := start(t, store)
	done := make(chan error)
	go func() {
		_, err := i.Ship(t.Context(), batch())
		done <- err
	}()
	<-store.begun
	keys := []link.Key{{Domain: "go.example", Code: "abc"}, {Domain: "go.example", Code: "other"}}
	if got := i.Pending(keys); len(got) != 1 || got[keys[0]] != 5 {
		t.Errorf("pending %v", got)
	}
	store.hold <- struct{}{}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := i.Pending(keys); len(got) != 0 {
		t.Errorf("pending %v after it was booked", got)
	}
}

func TestSalt(t *testing.T) {
	i, _ := start(t, new(ledger))
	today, err := i.Salt(t.Context(), 20_000)
	if err != nil || len(today) != 16 {
		t.Errorf("salt %x, %v", today, err)
	}
	if again, err := i.Salt(t.Context(), 20_000); string(again) != string(today) || err != nil {
		t.Errorf("asked again: %x, %v", again, err)
	}
	if tomorrow, err := i.Salt(t.Context(), 20_001); string(tomorrow) == string(today) || err != nil {
		t.Errorf("tomorrow's: %x, %v", tomorrow, err)
	}
	for _, day := range []int64{19_999, 20_002, 0, -1} {
		if salt, err := i.Salt(t.Context(), day); !errors.Is(err, ingest.ErrInvalid) {
			t.Errorf("day %d: %x, %v", day, salt, err)
		}
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	full := ingest.Options{Store: &ledger{}, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()}
	for field, edit := range map[string]func(*ingest.Options){
		"Store":      func(o *ingest.Options) { o.Store = nil },
		"Logger":     func(o *ingest.Options) { o.Logger = nil },
		"Registerer": func(o *ingest.Options) { o.Registerer = nil },
	} {
		t.Run(field, func(t *testing.T) {
			o := full
			edit(&o)
			if _, err := ingest.New(o); err == nil || !strings.Contains(err.Error(), field) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
