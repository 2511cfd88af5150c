package ingest_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func TestShipRefuses(t *testing.T) {
	part := func(d wire.Dimension, value string, count uint64) func(*wire.Batch) {
		return func(b *wire.Batch) {
			b.Counts[0].Parts = []*wire.Part{{Dimension: wire.Dimension_DIMENSION_OS, Value: "Linux", Count: 3}, {Dimension: d, Value: value, Count: count}}
		}
	}
	visitor := func(registers ...uint32) func(*wire.Batch) {
		return func(b *wire.Batch) { b.Counts[0].Visitors = registers }
	}
	for _, tc := range []struct {
		name string
		edit func(*wire.Batch)
	}{
		{"no edge", func(b *wire.Batch) { b.Edge = "" }},
		{"a long edge", func(b *wire.Batch) { b.Edge = strings.Repeat("e", 101) }},
		{"an edge with a NUL", func(b *wire.Batch) { b.Edge = "e\x00" }},
		{"a huge epoch", func(b *wire.Batch) { b.Epoch = math.MaxUint64 }},
		{"a huge boot", func(b *wire.Batch) { b.Boot = math.MaxUint64 }},
		{"no sequence", func(b *wire.Batch) { b.Sequence = 0 }},
		{"a huge sequence", func(b *wire.Batch) { b.Sequence = math.MaxUint64 }},
		{"no digest", func(b *wire.Batch) { b.Digest = 0 }},
		{"a watermark before 1970", func(b *wire.Batch) { b.Watermark = -1 }},
		{"a watermark in microseconds", func(b *wire.Batch) { b.Watermark = 1_700_000_000_000_000 }},
		{"too many counts", func(b *wire.Batch) { b.Counts = slices.Repeat(b.Counts, ingest.MaxCounts+1) }},
		{"no domain", func(b *wire.Batch) { b.Counts[0].Domain = "" }},
		{"a domain with a space", func(b *wire.Batch) { b.Counts[0].Domain = "a b" }},
		{"a code that cannot be", func(b *wire.Batch) { b.Counts[0].Code = "a/b" }},
		{"minute 0", func(b *wire.Batch) { b.Counts[0].Minute = 0 }},
		{"a negative minute", func(b *wire.Batch) { b.Counts[0].Minute = -1 }},
		{"a minute that is a time in milliseconds", func(b *wire.Batch) { b.Counts[0].Minute = 1_700_000_000_000 }},
		{"no clicks", func(b *wire.Batch) { b.Counts[0].Count = 0 }},
		{"more clicks than the world makes", func(b *wire.Batch) { b.Counts[0].Count = math.MaxUint64 }},
		{"more bots than clicks", func(b *wire.Batch) { b.Counts[0].Bots = 6 }},
		{"more visitors than clicks", visitor(slices.Repeat([]uint32{1<<6 | 1}, 6)...)},
		{"a visitor of no rank", visitor(1 << 6)},
		{"a visitor of a rank that cannot be", visitor(1<<6 | 41)},
		{"a visitor beyond the sketch", visitor(1<<31 | 1)},
		{"a part of no dimension", part(wire.Dimension_DIMENSION_UNSPECIFIED, "x", 1)},
		{"a part of a negative dimension", part(-1, "x", 1)},
		{"a part of a huge dimension", part(64, "x", 1)},
		{"a part for the edge, which is set here", part(wire.Dimension_DIMENSION_EDGE, "x", 1)},
		{"a part without a value", part(wire.Dimension_DIMENSION_COUNTRY, "", 1)},
		{"a part of a long value", part(wire.Dimension_DIMENSION_COUNTRY, strings.Repeat("x", 257), 1)},
		{"a part without clicks", part(wire.Dimension_DIMENSION_COUNTRY, "DE", 0)},
		{"a part of more clicks than there were", part(wire.Dimension_DIMENSION_COUNTRY, "DE", 6)},
		{"parts of more clicks than there were", part(wire.Dimension_DIMENSION_OS, "Windows", 3)},
		{"parts whose sum overflows", part(wire.Dimension_DIMENSION_OS, "Windows", math.MaxUint64)},
		{"bots by name, but none in number", part(wire.Dimension_DIMENSION_BOT, "curl", 1)},
		{"too many parts", func(b *wire.Batch) {
			b.Counts[0].Count = 100_000
			b.Counts[0].Parts = slices.Repeat([]*wire.Part{{Dimension: 1, Value: "x", Count: 1}}, 10_001)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			store := new(ledger)
			i, _ := start(t, store)
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

func TestShipTakes(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(*wire.Batch)
	}{
		{"a batch of an edge that knows no digests", func(b *wire.Batch) { b.Boot, b.Digest = 0, 0 }},
		{"a watermark alone", func(b *wire.Batch) { b.Sequence, b.Digest, b.Counts = 0, 0, nil }},
		{"the end of an epoch without clicks", func(b *wire.Batch) { b.Digest, b.Counts, b.Last = 0, nil, true }},
		{"a dimension that is not known yet", func(b *wire.Batch) {
			b.Counts[0].Parts = []*wire.Part{{Dimension: 12, Value: "x", Count: 5}}
		}},
		{"bots and people, each to the last one", func(b *wire.Batch) {
			c := b.Counts[0]
			c.Bots, c.Visitors = 2, []uint32{1, 1<<31 - 1<<6 | 40, 1}
			c.Parts = []*wire.Part{{Dimension: wire.Dimension_DIMENSION_BOT, Value: "curl", Count: 2}, {Dimension: wire.Dimension_DIMENSION_OS, Value: "Linux", Count: 3}}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			i, _ := start(t, new(ledger))
			b := batch()
			tc.edit(b)
			if r, err := i.Ship(t.Context(), b); err != nil || r != (ingest.Result{}) {
				t.Errorf("result %+v, %v", r, err)
			}
		})
	}
}
