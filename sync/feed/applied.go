package feed

import (
	"context"
	"fmt"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// appliedAt is outside root: what replicas tell each other must not wake edges.
const appliedAt = "/fingerpost/applied/" // <edge> → wire.Applied

// ShareApplied tells all replicas how far these edges are; at most MaxBatch.
func (c *Client) ShareApplied(ctx context.Context, reports []*wire.Applied) error {
	lease, err := c.leases.get(ctx)
	if err != nil {
		return fmt.Errorf("sharing what edges applied: %w", err)
	}
	puts := make([]clientv3.Op, len(reports))
	for i, r := range reports {
		value, err := proto.Marshal(r)
		if err != nil {
			return fmt.Errorf("encoding what edge %s applied: %w", r.GetEdge(), err)
		}
		puts[i] = clientv3.OpPut(appliedAt+r.GetEdge(), string(value), clientv3.WithLease(lease))
	}
	if _, err := c.etcd.Txn(ctx).Then(puts...).Commit(); err != nil {
		c.leases.forget(lease) // it may be that, as after a restore
		return fmt.Errorf("sharing what edges applied: %w", err)
	}
	return nil
}

// FollowApplied tells hear what replicas share, one at a time, until ctx ends. It
// may leave out what was replaced soon, and reconnects by itself.
func (c *Client) FollowApplied(ctx context.Context, hear func(*wire.Applied)) {
	for ctx.Err() == nil {
		for response := range c.etcd.Watch(clientv3.WithRequireLeader(ctx), appliedAt, clientv3.WithPrefix()) {
			for _, e := range response.Events {
				if r := new(wire.Applied); e.IsCreate() || e.IsModify() {
					if proto.Unmarshal(e.Kv.Value, r) == nil && appliedAt+r.GetEdge() == string(e.Kv.Key) && !strings.Contains(r.GetEdge(), "/") {
						hear(r)
					}
				}
			}
		}
		pause(ctx, progressEvery)
	}
}
