package follower

import (
	"context"
	"time"

	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// What is applied is reported at most every reportEvery, and every beatEvery
	// if nothing is.
	reportEvery  = 50 * time.Millisecond
	beatEvery    = time.Second
	reportWithin = time.Second
)

// Reporter tells a control plane how far this edge is. A report that is lost is
// replaced by the next one.
type Reporter interface {
	Report(ctx context.Context, r *wire.Applied) error
}

// Delivered implements feed.Sink.
func (f *Follower) Delivered(revision int64) {
	f.applied.Store(revision)
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// Report tells reporter what this edge has applied until ctx ends: at once, but
// not more than 20 times a second. spool gives the bytes of clicks
// that wait; nil tells of none.
func (f *Follower) Report(ctx context.Context, edge string, reporter Reporter, spool func() uint64) {
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	pace := time.NewTicker(reportEvery)
	defer pace.Stop()
	for {
		select {
		case <-f.news:
		case <-beat.C:
		case <-ctx.Done():
			return
		}
		r := &wire.Applied{Edge: edge, Revision: f.applied.Load(), At: f.options.Now().UnixMilli(), StalenessMs: f.stalenessMillis()}
		if spool != nil {
			r.SpoolBytes = spool()
		}
		f.report(ctx, reporter, r)
		select {
		case <-pace.C:
		case <-ctx.Done():
			return
		}
	}
}

func (f *Follower) report(ctx context.Context, reporter Reporter, r *wire.Applied) {
	ctx, cancel := context.WithTimeout(ctx, reportWithin)
	defer cancel()
	_ = reporter.Report(ctx, r) // the next report says as much; the pool counts failures
}

func (f *Follower) stalenessMillis() int64 {
	age, ok := f.Staleness()
	if !ok {
		return -1
	}
	return age.Milliseconds()
}
