package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// ledger is a Store that keeps numbers only.
type ledger struct {
	booked map[string]bool
	fail   error
}

func (l *ledger) AddBatch(_ context.Context, b *wire.Batch) (duplicate bool, err error) {
	if l.fail != nil {
		return false, l.fail
	}
	number := fmt.Sprint(b.GetEdge(), b.GetEpoch(), b.GetSequence())
	duplicate = l.booked[number]
	l.booked[number] = true
	return duplicate, nil
}

func start(t *testing.T) (*ingest.Ingest, *ledger, *prometheus.Registry) {
	t.Helper()
	store, registry := &ledger{booked: map[string]bool{}}, prometheus.NewRegistry()
	i, err := ingest.New(ingest.Options{Store: store, Logger: slog.New(slog.DiscardHandler), Registerer: registry})
	if err != nil {
		t.Fatal(err)
	}
	return i, store, registry
}

func batch() *wire.Batch {
	return &wire.Batch{Edge: "eu-1", Epoch: 1, Sequence: 1, Counts: []*wire.ClickCount{
		{Domain: "go.example", Code: "abc", Minute: 29_000_000, Count: 5},
	}}
}

func TestShipCountsWhatBecameOfABatch(t *testing.T) {
	i, store, registry := start(t)
	for n, want := range []bool{false, true, true} {
		if duplicate, err := i.Ship(t.Context(), batch()); duplicate != want || err != nil {
			t.Errorf("time %d: duplicate %t, %v", n+1, duplicate, err)
		}
	}
	store.fail = errors.New("down")
	if _, err := i.Ship(t.Context(), batch()); !errors.Is(err, store.fail) || errors.Is(err, ingest.ErrInvalid) {
		t.Errorf("with the database down: %v", err)
	}
	i.Ship(t.Context(), &wire.Batch{})
	want := `# HELP fingerpost_control_batches_ingested_total Batches of clicks from edges: booked, duplicate (booked before), invalid (refused for good), failed (to be sent again).
# TYPE fingerpost_control_batches_ingested_total counter
fingerpost_control_batches_ingested_total{result="booked"} 1
fingerpost_control_batches_ingested_total{result="duplicate"} 2
fingerpost_control_batches_ingested_total{result="failed"} 1
fingerpost_control_batches_ingested_total{result="invalid"} 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

func TestShipRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(*wire.Batch)
	}{
		{"no edge", func(b *wire.Batch) { b.Edge = "" }},
		{"a long edge", func(b *wire.Batch) { b.Edge = strings.Repeat("e", 101) }},
		{"an edge with a NUL", func(b *wire.Batch) { b.Edge = "e\x00" }},
		{"a huge epoch", func(b *wire.Batch) { b.Epoch = math.MaxUint64 }},
		{"no sequence", func(b *wire.Batch) { b.Sequence = 0 }},
		{"a huge sequence", func(b *wire.Batch) { b.Sequence = math.MaxUint64 }},
		{"too many counts", func(b *wire.Batch) { b.Counts = slices.Repeat(b.Counts, ingest.MaxCounts+1) }},
		{"no domain", func(b *wire.Batch) { b.Counts[0].Domain = "" }},
		{"a domain with a space", func(b *wire.Batch) { b.Counts[0].Domain = "a b" }},
		{"a code that cannot be", func(b *wire.Batch) { b.Counts[0].Code = "a/b" }},
		{"minute 0", func(b *wire.Batch) { b.Counts[0].Minute = 0 }},
		{"a negative minute", func(b *wire.Batch) { b.Counts[0].Minute = -1 }},
		{"a minute that is a time in milliseconds", func(b *wire.Batch) { b.Counts[0].Minute = 1_700_000_000_000 }},
		{"no clicks", func(b *wire.Batch) { b.Counts[0].Count = 0 }},
		{"more clicks than the world makes", func(b *wire.Batch) { b.Counts[0].Count = math.MaxUint64 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			i, store, _ := start(t)
			b := batch()
			tc.edit(b)
			if _, err := i.Ship(t.Context(), b); !errors.Is(err, ingest.ErrInvalid) {
				t.Errorf("the error is %v", err)
			}
			if len(store.booked) != 0 {
				t.Error("it was booked")
			}
		})
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
