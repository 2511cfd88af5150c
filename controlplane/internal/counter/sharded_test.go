package counter_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/codes"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/sync/link"
)

// memory is a Store whose shards hold few numbers.
type memory struct {
	setting string
	limit   uint64 // numbers that a shard gives before it ends
	taken   map[counter.Shard]uint64
	asked   int
}

func (m *memory) Setting(_ context.Context, _ string, initial func() ([]byte, error)) ([]byte, error) {
	if m.setting != "" {
		return []byte(m.setting), nil
	}
	return initial()
}

func (m *memory) LeaseShard(_ context.Context, s counter.Shard, l counter.Lease) (counter.Range, error) {
	m.asked++
	taken := m.taken[s]
	size := min(l.Size, m.limit-taken)
	if size == 0 {
		return counter.Range{}, fmt.Errorf("leasing: %w", counter.ErrExhausted)
	}
	m.taken[s] += size
	return counter.Range{Shard: s.Index, First: s.First + taken, Size: size}, nil
}

func (m *memory) Shards(context.Context) ([]counter.Next, error) {
	var all []counter.Next
	for s, taken := range m.taken {
		all = append(all, counter.Next{Length: 7, Shard: s.Index, Number: s.First + taken})
	}
	return all, nil
}

func newSharded(t *testing.T, store counter.Store) *counter.Sharded {
	t.Helper()
	s, err := counter.NewSharded(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A writer goes through all shards when they end; the shards cover the numbers
// of a length without a gap or an overlap.
func TestShardsCoverALength(t *testing.T) {
	for length := link.MinLength; length <= link.MaxLength; length++ {
		t.Run(fmt.Sprint("length ", length), func(t *testing.T) {
			store := &memory{limit: 10, taken: map[counter.Shard]uint64{}}
			s := newSharded(t, store)
			for range 64 {
				if _, err := s.LeaseRange(t.Context(), counter.Lease{Writer: "w", Length: length, Size: 10}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.LeaseRange(t.Context(), counter.Lease{Writer: "w", Length: length, Size: 10}); !errors.Is(err, counter.ErrExhausted) {
				t.Errorf("when all shards have ended: %v", err)
			}
			asked := store.asked
			s.LeaseRange(t.Context(), counter.Lease{Writer: "w", Length: length, Size: 10})
			if store.asked != asked {
				t.Error("a shard that has ended was asked again")
			}
			var shards []counter.Shard
			for shard := range store.taken {
				shards = append(shards, shard)
			}
			slices.SortFunc(shards, func(a, b counter.Shard) int { return cmp.Compare(a.Index, b.Index) })
			next := uint64(0)
			for i, shard := range shards {
				if shard.Index != i || shard.First != next || shard.End <= shard.First {
					t.Fatalf("shard %d is %+v and should begin at %d", i, shard, next)
				}
				next = shard.End
			}
			if next != codes.Space(length) {
				t.Errorf("the last shard ends at %d", next)
			}
		})
	}
}

func TestWritersSpreadOverShards(t *testing.T) {
	s := newSharded(t, &memory{limit: 1 << 40, taken: map[counter.Shard]uint64{}})
	home := func(region, writer string) int {
		r, err := s.LeaseRange(t.Context(), counter.Lease{Writer: writer, Region: region, Length: 7, Size: 1})
		if err != nil {
			t.Fatal(err)
		}
		return r.Shard
	}
	shards := map[int]bool{}
	for i := range 100 {
		shards[home("eu", fmt.Sprint("writer", i))] = true
	}
	if len(shards) != 8 {
		t.Errorf("100 writers of a region use %d shards", len(shards))
	}
	if first, again := home("eu", "a"), home("eu", "a"); first != again {
		t.Errorf("a writer has two homes, %d and %d", first, again)
	}
}

func TestShardedRefuses(t *testing.T) {
	s := newSharded(t, &memory{limit: 1 << 40, taken: map[counter.Shard]uint64{}})
	for _, tc := range []struct {
		name  string
		lease counter.Lease
	}{
		{"a short length", counter.Lease{Length: 5, Size: 1}},
		{"a long length", counter.Lease{Length: 13, Size: 1}},
		{"an empty range", counter.Lease{Length: 7}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := s.LeaseRange(t.Context(), tc.lease); err == nil {
				t.Error("no error")
			}
		})
	}
	if r, err := s.LeaseRange(t.Context(), counter.Lease{Length: 7, Size: 1 << 60}); err != nil || r.Size != counter.MaxSize {
		t.Errorf("a greedy lease got %+v (%v)", r, err)
	}
	for _, setting := range []string{"0", "1025", "many"} {
		if _, err := counter.NewSharded(t.Context(), &memory{setting: setting}); err == nil || !strings.Contains(err.Error(), setting) {
			t.Errorf("%s shards: %v", setting, err)
		}
	}
}
