package node

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/edge/internal/larder"
	"github.com/fingerpost/fingerpost/edge/internal/origin"
	"github.com/fingerpost/fingerpost/sync/link"
)

const (
	// sweepers is how many questions of a sweep are under way at once, each of
	// which is followed by a pause: 1,600 a second at most, so that a fleet which
	// sweeps at one moment leaves the control planes time for its visitors.
	sweepers   = 8
	sweepPause = 5 * time.Millisecond
	// sweepSpread is within what time the edges that lost the feed at one moment
	// begin.
	sweepSpread = time.Second
	// sweepRetry is how long to wait where no control plane answers.
	sweepRetry = time.Second
)

// sweep asks about everything in memory that a new epoch has made suspect.
// Visitors make the hot links be asked for at once; without the sweep, a link
// that nobody visits for hours would be answered once more as it was before the
// epoch. Memory cannot be listed, the larder can, and holds what memory does.
type sweep struct {
	memory  *cache.Cache
	disk    *larder.Larder
	asks    *origin.Origin
	rebased <-chan struct{}
}

// run sweeps after each beginning of an epoch, until ctx ends.
func (s *sweep) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.rebased:
		}
		wait(ctx, rand.N(sweepSpread))
		s.once(ctx)
	}
}

func (s *sweep) once(ctx context.Context) {
	turns := make(chan struct{}, sweepers)
	var running sync.WaitGroup
	defer running.Wait()
	s.disk.Walk(ctx, func(key link.Key) {
		if _, outcome := s.memory.Find(key.Domain, []byte(key.Code), time.Now().UnixMilli()); outcome != cache.Suspect {
			return
		}
		turns <- struct{}{} // those under way end with ctx
		running.Go(func() {
			defer func() { <-turns }()
			s.ask(ctx, key)
		})
	})
}

// ask asks until there is an answer.
func (s *sweep) ask(ctx context.Context, key link.Key) {
	for s.asks.Refresh(ctx, key) != nil && ctx.Err() == nil {
		wait(ctx, sweepRetry)
	}
	wait(ctx, sweepPause)
}

// wait waits for d, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
