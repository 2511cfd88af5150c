package feed

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// presenceLife is how long an edge that died without a word is listed.
const presenceLife = 10 * time.Second

// Announce keeps p listed among the edges until ctx ends, and then withdraws
// it. It blocks, and takes care of lost connections by itself.
func (c *Client) Announce(ctx context.Context, p *wire.Presence) {
	for ctx.Err() == nil {
		if err := c.announce(ctx, p); err != nil && ctx.Err() == nil {
			c.log.Debug("presence lost", "edge", p.GetId(), "error", err)
			pause(ctx, time.Second)
		}
	}
}

// announce lists p under a lease of its own until the lease or ctx ends.
func (c *Client) announce(ctx context.Context, p *wire.Presence) error {
	value, err := proto.Marshal(p)
	if err != nil {
		return fmt.Errorf("encoding presence: %w", err)
	}
	grant, err := c.etcd.Grant(ctx, int64(presenceLife.Seconds()))
	if err != nil {
		return fmt.Errorf("granting presence: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		// If this fails, the lease runs out by itself.
		_, _ = c.etcd.Revoke(ctx, grant.ID)
	}()
	if _, err := c.etcd.Put(ctx, edgesAt+p.GetId(), string(value), clientv3.WithLease(grant.ID)); err != nil {
		return fmt.Errorf("putting presence: %w", err)
	}
	alive, err := c.etcd.KeepAlive(ctx, grant.ID)
	if err != nil {
		return fmt.Errorf("keeping presence: %w", err)
	}
	for range alive {
	}
	return fmt.Errorf("presence lease ended")
}

// Edges lists the edges that are present now. Damaged presences, and those that
// name another edge than their key, are left out.
func (c *Client) Edges(ctx context.Context) ([]*wire.Presence, error) {
	resp, err := c.etcd.Get(ctx, edgesAt, clientv3.WithPrefix())
	if err != nil {
		return nil, fmt.Errorf("reading edges: %w", err)
	}
	var all []*wire.Presence
	for _, kv := range resp.Kvs {
		p := new(wire.Presence)
		if err := proto.Unmarshal(kv.Value, p); err == nil && edgesAt+p.GetId() == string(kv.Key) && p.GetId() != "" {
			all = append(all, p)
		}
	}
	return all, nil
}
