package feed

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// PublishDomain puts the settings of a domain unless etcd holds this version or
// a newer one. Settings do not expire. Idempotent.
func (c *Client) PublishDomain(ctx context.Context, d *wire.Domain) (revision int64, err error) {
	value, err := proto.Marshal(d)
	if err != nil {
		return 0, fmt.Errorf("encoding domain: %w", err)
	}
	key := domainsAt + d.GetName()
	held := func(value []byte) uint64 {
		was, err := decodeDomain(key, value)
		if err != nil {
			return 0
		}
		return was.GetVersion()
	}
	revision, err = c.raise(ctx, key, clientv3.OpPut(key, string(value)), d.GetVersion(), held)
	if err != nil {
		return 0, fmt.Errorf("publishing domain %s: %w", d.GetName(), err)
	}
	return revision, nil
}

// RemoveDomain takes a domain off etcd unless etcd holds a newer version of it than
// version. Idempotent.
func (c *Client) RemoveDomain(ctx context.Context, name string, version uint64) error {
	key := domainsAt + name
	for {
		held, err := c.etcd.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("removing domain %s: %w", name, err)
		}
		if len(held.Kvs) == 0 {
			return nil
		}
		kv := held.Kvs[0]
		if d, err := decodeDomain(key, kv.Value); err == nil && d.GetVersion() > version {
			return nil
		}
		resp, err := c.etcd.Txn(ctx).If(clientv3.Compare(clientv3.ModRevision(key), "=", kv.ModRevision)).Then(clientv3.OpDelete(key)).Commit()
		if err != nil {
			return fmt.Errorf("removing domain %s: %w", name, err)
		}
		if resp.Succeeded {
			return nil
		}
	}
}

// Domains reads the settings of all domains from etcd. Damaged ones are left
// out, so that whoever reconciles them publishes them again.
func (c *Client) Domains(ctx context.Context) ([]*wire.Domain, error) {
	resp, err := c.etcd.Get(ctx, domainsAt, clientv3.WithPrefix())
	if err != nil {
		return nil, fmt.Errorf("reading domains: %w", err)
	}
	var all []*wire.Domain
	for _, kv := range resp.Kvs {
		if d, err := decodeDomain(string(kv.Key), kv.Value); err == nil {
			all = append(all, d)
		}
	}
	return all, nil
}

// raise runs put unless key holds at least version.
func (c *Client) raise(ctx context.Context, key string, put clientv3.Op, version uint64, held func([]byte) uint64) (int64, error) {
	for seen := int64(0); ; {
		resp, err := c.commit(ctx, c.etcd.Txn(ctx).
			If(clientv3.Compare(clientv3.ModRevision(key), "=", seen)).
			Then(put).
			Else(clientv3.OpGet(key)))
		if err != nil {
			return 0, err
		}
		if resp.Succeeded {
			return resp.Header.GetRevision(), nil
		}
		kvs := resp.Responses[0].GetResponseRange().GetKvs()
		if len(kvs) == 0 {
			seen = 0
			continue
		}
		if held(kvs[0].GetValue()) >= version {
			return kvs[0].GetModRevision(), nil
		}
		seen = kvs[0].GetModRevision()
	}
}
