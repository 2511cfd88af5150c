package storetest

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
)

func disjointRanges(t *testing.T, s *store.Store) {
	shards := []counter.Shard{{Index: 0, First: 0, End: 100_000}, {Index: 1, First: 100_000, End: 200_000}}
	var mu sync.Mutex
	var leased []counter.Range
	together(16, func(i int) {
		for j := range 10 {
			shard := shards[i%2]
			size := uint64(100 + 10*i + j)
			r, err := s.LeaseShard(timeout(t), shard, counter.Lease{Writer: "w", Region: "r", Length: 7, Size: size})
			if err != nil {
				t.Error(err)
				return
			}
			if r.Size != size || r.First < shard.First || r.First+r.Size > shard.End {
				t.Errorf("wanted %d of %+v, got %+v", size, shard, r)
			}
			mu.Lock()
			leased = append(leased, r)
			mu.Unlock()
		}
	})
	slices.SortFunc(leased, func(a, b counter.Range) int { return cmp.Compare(a.First, b.First) })
	for i := 1; i < len(leased); i++ {
		if leased[i-1].First+leased[i-1].Size > leased[i].First {
			t.Errorf("%+v and %+v overlap", leased[i-1], leased[i])
		}
	}
}

// shardEnds leases past the end of a shard, also where 64 bits end.
func shardEnds(t *testing.T, s *store.Store) {
	shard := counter.Shard{Index: 63, First: math.MaxInt64 - 250, End: math.MaxInt64}
	for _, want := range []uint64{100, 100, 50} {
		r, err := s.LeaseShard(timeout(t), shard, counter.Lease{Length: 12, Size: 100})
		if err != nil || r.Size != want {
			t.Errorf("got %+v (%v), want %d numbers", r, err, want)
		}
	}
	for range 2 {
		if r, err := s.LeaseShard(timeout(t), shard, counter.Lease{Length: 12, Size: 100}); !errors.Is(err, counter.ErrExhausted) {
			t.Errorf("an exhausted shard gave %+v (%v)", r, err)
		}
	}
	if r, err := s.LeaseShard(timeout(t), shard, counter.Lease{Length: 11, Size: 1000}); err != nil || r.Size != 250 {
		t.Errorf("another length's shard gave %+v (%v)", r, err)
	}
}
