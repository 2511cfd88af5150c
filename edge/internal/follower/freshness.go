package follower

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Staleness is how old this edge's view may be; ok is false before the feed
// confirmed anything.
func (f *Follower) Staleness() (age time.Duration, ok bool) {
	confirmed := f.confirmed.Load()
	if confirmed == nil {
		return 0, false
	}
	// Both times carry the monotonic clock: setting the other one changes nothing.
	return max(0, f.options.Now().Sub(*confirmed)), true
}

// Revision is the newest revision of the feed that was applied.
func (f *Follower) Revision() int64 { return f.revision.Load() }

// Ready says why this edge should get no traffic: nil while it is attached and
// knows its domains.
func (f *Follower) Ready() error {
	age, ok := f.Staleness()
	switch {
	case !f.told.Load():
		return errors.New("detached: the feed has not told the domains yet; is etcd reachable?")
	case !ok:
		return errors.New("detached: the feed has not confirmed anything yet; is etcd reachable?")
	case age > DetachedAfter:
		return fmt.Errorf("detached: the feed is silent for %s; serving from memory", age.Round(100*time.Millisecond))
	}
	return nil
}

// Watch logs when the edge is detached and when it is attached, until ctx ends.
func (f *Follower) Watch(ctx context.Context) {
	tick := time.NewTicker(DetachedAfter / 8)
	defer tick.Stop()
	attached := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := f.Ready()
		switch {
		case err == nil && !attached:
			f.options.Logger.Info("attached to the feed", "revision", f.Revision())
		case err != nil && attached:
			f.options.Logger.Warn("detached from the feed", "reason", err)
		}
		attached = err == nil
	}
}
