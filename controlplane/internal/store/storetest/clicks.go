package storetest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

func batchOnce(t *testing.T, s *store.Store) {
	batch := &wire.Batch{Edge: "e1", Epoch: 5, Sequence: 1, Counts: []*wire.ClickCount{
		{Domain: "d", Code: "x", Minute: 10, Count: 3},
		{Domain: "d", Code: "y", Minute: 10, Count: 1},
		{Domain: "d", Code: "x", Minute: 11, Count: 4},
		{Domain: "d", Code: "x", Minute: 10, Count: 2}, // again: they add up
	}}
	var booked atomic.Int32
	together(20, func(int) {
		duplicate, err := s.AddBatch(timeout(t), batch)
		if err != nil {
			t.Error(err)
		}
		if !duplicate {
			booked.Add(1)
		}
	})
	if booked.Load() != 1 {
		t.Errorf("booked %d times", booked.Load())
	}
	for _, other := range []*wire.Batch{
		{Edge: "e1", Epoch: 5, Sequence: 2}, {Edge: "e1", Epoch: 6, Sequence: 1}, {Edge: "e2", Epoch: 5, Sequence: 1},
	} {
		other.Counts = []*wire.ClickCount{{Domain: "d", Code: "z", Minute: 1, Count: 1}}
		if duplicate, err := s.AddBatch(timeout(t), other); duplicate || err != nil {
			t.Errorf("another batch: duplicate %t, %v", duplicate, err)
		}
	}
	keys := []link.Key{{Domain: "d", Code: "x"}, {Domain: "d", Code: "y"}, {Domain: "d", Code: "z"}, {Domain: "d", Code: "none"}, {Domain: "d", Code: "x"}}
	got, err := s.CountClicks(timeout(t), keys)
	if err != nil || len(got) != 3 || got[keys[0]] != 9 || got[keys[1]] != 1 || got[keys[2]] != 3 {
		t.Errorf("counted %v (%v)", got, err)
	}
}

// batchesAddUp lets eight edges ship batches over the same links, each in
// another order: sums are exact, and no two batches wait for each other for ever.
func batchesAddUp(t *testing.T, s *store.Store) {
	const edges, batches, codes = 8, 5, 700
	together(edges, func(edge int) {
		for b := range batches {
			batch := &wire.Batch{Edge: fmt.Sprint("e", edge), Epoch: 1, Sequence: uint64(b + 1)}
			for c := range codes {
				code := fmt.Sprint("c", (c*31+edge*17+b)%codes)
				batch.Counts = append(batch.Counts, &wire.ClickCount{Domain: "d", Code: code, Minute: 1, Count: 2})
			}
			if duplicate, err := s.AddBatch(timeout(t), batch); duplicate || err != nil {
				t.Errorf("duplicate %t, %v", duplicate, err)
			}
		}
	})
	var keys []link.Key
	for c := range codes {
		keys = append(keys, link.Key{Domain: "d", Code: fmt.Sprint("c", c)})
	}
	got, err := s.CountClicks(timeout(t), keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if got[key] != 2*edges*batches {
			t.Fatalf("%s has %d clicks", key, got[key])
		}
	}
}

func buckets(t *testing.T, s *store.Store) {
	batch := &wire.Batch{Edge: "e", Epoch: 1, Sequence: 1}
	for minute := int64(115); minute < 245; minute++ {
		batch.Counts = append(batch.Counts, &wire.ClickCount{Domain: "d", Code: "x", Minute: minute, Count: 1})
	}
	if _, err := s.AddBatch(timeout(t), batch); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name           string
		from, to, step int64
		want           []stats.Bucket
	}{
		{"hours", 0, 1000, 60, []stats.Bucket{{Start: 60, Count: 5}, {Start: 120, Count: 60}, {Start: 180, Count: 60}, {Start: 240, Count: 5}}},
		{"a part of an hour", 118, 121, 60, []stats.Bucket{{Start: 60, Count: 2}, {Start: 120, Count: 1}}},
		{"minutes, without the end", 244, 245, 1, []stats.Bucket{{Start: 244, Count: 1}}},
		{"days", 0, 1000, 1440, []stats.Bucket{{Start: 0, Count: 130}}},
		{"nothing", 500, 600, 1, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := s.ClickBuckets(timeout(t), link.Key{Domain: "d", Code: "x"}, tc.from, tc.to, tc.step)
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("got %v (%v), want %v", got, err, tc.want)
			}
		})
	}
}
