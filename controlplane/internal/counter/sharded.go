package counter

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/bits"
	"strconv"
	"sync"

	"github.com/fingerpost/fingerpost/controlplane/internal/codes"
	"github.com/fingerpost/fingerpost/sync/link"
)

const (
	// shardsSetting keeps how many shards there are. It is decided when the
	// database is new: shards of another size would overlap those in use.
	shardsSetting = "counter-shards"
	defaultShards = 64
	maxShards     = 1024
)

// MaxSize is the most numbers of one range; a lease of more gets so many.
const MaxSize = 1_000_000

// Sharded is the Issuer in front of the database. It is safe for concurrent
// use, by any number of processes.
type Sharded struct {
	store  Store
	shards int

	mu        sync.Mutex
	exhausted map[place]bool // mu; a shard that ended never begins again
}

// place is a shard of one length's numbers.
type place struct{ length, shard int }

// NewSharded reads how many shards this database was begun with, or begins it
// with 64.
func NewSharded(ctx context.Context, store Store) (*Sharded, error) {
	value, err := store.Setting(ctx, shardsSetting, func() ([]byte, error) {
		return []byte(strconv.Itoa(defaultShards)), nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the number of shards: %w", err)
	}
	shards, err := strconv.Atoi(string(value))
	if err != nil || shards < 1 || shards > maxShards {
		return nil, fmt.Errorf("counter: setting %s is %q, not a number up to %d", shardsSetting, value, maxShards)
	}
	return &Sharded{store: store, shards: shards, exhausted: map[place]bool{}}, nil
}

// LeaseRange is Issuer's. It begins at the writer's home shard, so that writers
// spread over the shards, and goes on to the next ones when that has ended.
func (s *Sharded) LeaseRange(ctx context.Context, l Lease) (Range, error) {
	switch {
	case l.Length < link.MinLength || l.Length > link.MaxLength:
		return Range{}, fmt.Errorf("leasing range: length %d is not between %d and %d", l.Length, link.MinLength, link.MaxLength)
	case l.Size == 0:
		return Range{}, errors.New("leasing range: size is zero")
	}
	l.Size = min(l.Size, MaxSize)
	home := s.home(l)
	for i := range s.shards {
		at := place{l.Length, (home + i) % s.shards}
		if s.ended(at) {
			continue
		}
		leased, err := s.store.LeaseShard(ctx, s.shard(at), l)
		if errors.Is(err, ErrExhausted) {
			s.end(at)
			continue
		}
		if err != nil {
			return Range{}, fmt.Errorf("leasing range: %w", err)
		}
		return leased, nil
	}
	return Range{}, fmt.Errorf("leasing range of length %d: %w", l.Length, ErrExhausted)
}

// home is the shard that a writer leases from. It depends on the region first:
// a region's writers share an eighth of the shards, whose rows may then be kept
// near it, and still rarely meet on one.
func (s *Sharded) home(l Lease) int {
	const parts = 8
	share := max(1, s.shards/parts)
	return (hashed(l.Region)%parts*share + hashed(l.Writer)%share) % s.shards
}

func hashed(name string) int {
	h := fnv.New32a()
	io.WriteString(h, name) // a hash never fails
	return int(h.Sum32())
}

// shard s of S owns [s·N/S, (s+1)·N/S) of a length's N numbers.
func (s *Sharded) shard(at place) Shard {
	space := codes.Space(at.length)
	return Shard{
		Index: at.shard,
		First: portion(space, at.shard, s.shards),
		End:   portion(space, at.shard+1, s.shards),
	}
}

// portion is n·part/parts, without overflow.
func portion(n uint64, part, parts int) uint64 {
	hi, lo := bits.Mul64(n, uint64(part))
	q, _ := bits.Div64(hi, lo, uint64(parts))
	return q
}

func (s *Sharded) ended(at place) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exhausted[at]
}

func (s *Sharded) end(at place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exhausted[at] = true
}
