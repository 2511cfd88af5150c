package counter

import (
	"context"
	"fmt"
)

// Next is where a shard's next range starts.
type Next struct {
	Length, Shard int
	Number        uint64
}

// Use is how many of a length's numbers are leased, of how many.
type Use struct {
	Length       int
	Leased, Size uint64
}

// Ratio is from 0 to 1.
func (u Use) Ratio() float64 { return float64(u.Leased) / float64(u.Size) }

// Usage tells how much of each length that was ever leased from is gone.
func (s *Sharded) Usage(ctx context.Context) ([]Use, error) {
	all, err := s.store.Shards(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the use of numbers: %w", err)
	}
	var uses []Use
	for _, next := range all {
		if n := len(uses); n == 0 || uses[n-1].Length != next.Length {
			uses = append(uses, Use{Length: next.Length, Size: s.shard(place{next.Length, s.shards - 1}).End})
		}
		uses[len(uses)-1].Leased += next.Number - s.shard(place{next.Length, next.Shard}).First
	}
	return uses, nil
}
