package feed

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Each minute's puts share a lease that lives an hour: one grant a minute, and
// etcd holds about an hour of changes.
const (
	leaseLife   = time.Hour
	leaseShared = time.Minute
)

// leases hands out the lease of the current minute.
type leases struct {
	etcd *clientv3.Client
	now  func() time.Time
	// turn is held by the goroutine that reads or grants; a channel, so that
	// waiting for a grant ends with the waiter's context.
	turn    chan struct{}
	current clientv3.LeaseID
	granted time.Time
}

func newLeases(etcd *clientv3.Client, now func() time.Time) leases {
	return leases{etcd: etcd, now: now, turn: make(chan struct{}, 1)}
}

// get gives a lease with at least leaseLife - leaseShared to live.
func (l *leases) get(ctx context.Context) (clientv3.LeaseID, error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	now := l.now()
	if age := now.Sub(l.granted); l.current != 0 && age >= 0 && age < leaseShared {
		return l.current, nil
	}
	grant, err := l.etcd.Grant(ctx, int64(leaseLife.Seconds()))
	if err != nil {
		return 0, fmt.Errorf("granting lease: %w", err)
	}
	l.current, l.granted = grant.ID, now
	return l.current, nil
}

// forget drops a lease that etcd does not know any more, as after a restore.
func (l *leases) forget(id clientv3.LeaseID) {
	l.turn <- struct{}{}
	if l.current == id {
		l.current = 0
	}
	<-l.turn
}
