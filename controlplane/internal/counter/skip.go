package counter

import (
	"context"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/sync/link"
)

// skipSize bounds what Skip takes from a shard: as much as four thousand of the
// largest leases, which no backup that anybody restores is behind. A shard that is
// small gives an eighth of what it has.
const (
	skipSize = 1 << 32
	skipPart = 8
)

// Skip leases so much from the start of what is left of every shard of every
// length that nothing which was leased after a backup is leased again once that
// backup is restored. The rows of shards that were untouched then are made: they
// may have been leased from since. It costs numbers, an eighth of a length at most.
func (s *Sharded) Skip(ctx context.Context, writer string) error {
	for length := link.MinLength; length <= link.MaxLength; length++ {
		for i := range s.shards {
			shard := s.shard(place{length, i})
			size := min((shard.End-shard.First)/skipPart, skipSize)
			_, err := s.store.LeaseShard(ctx, shard, Lease{Writer: writer, Length: length, Size: size})
			if err != nil && !errors.Is(err, ErrExhausted) {
				return fmt.Errorf("skipping numbers of length %d: %w", length, err)
			}
		}
	}
	return nil
}
