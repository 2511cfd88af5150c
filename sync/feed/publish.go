package feed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	// MaxBatch is how many links PublishLinks takes: as many as etcd takes
	// operations in one transaction.
	MaxBatch = 128
	// maxTransaction bounds the values of one transaction, of which etcd takes 1.5 MiB
	// with all that is around them.
	maxTransaction = 1 << 20
)

// Publication is what became of one of PublishLinks' records.
type Publication struct {
	// Revision is the one since which etcd holds the record's version of the link
	// or a newer one.
	Revision int64
	Err      error
}

// PublishLink is PublishLinks for one record.
func (c *Client) PublishLink(ctx context.Context, r *wire.Record) (revision int64, err error) {
	p := c.PublishLinks(ctx, []*wire.Record{r})[0]
	return p.Revision, p.Err
}

// PublishLinks puts each of up to MaxBatch records unless etcd holds that version
// of the link or a newer one, most of them in one transaction and so at one
// revision. Idempotent. After an error a record may stand in etcd all the same.
func (c *Client) PublishLinks(ctx context.Context, records []*wire.Record) []Publication {
	all := make([]Publication, len(records))
	puts := make(map[string]*put, len(records)) // by key: etcd takes each once
	for i, r := range records {
		p, err := newPut(r)
		if err != nil {
			all[i].Err = fmt.Errorf("publishing %s/%s: %w", r.GetDomain(), r.GetCode(), err)
			continue
		}
		if other := puts[p.key]; other == nil || other.version < p.version {
			puts[p.key] = p
		}
	}
	err := c.publish(ctx, slices.Collect(maps.Values(puts)))
	for i, r := range records {
		if all[i].Err == nil && err != nil {
			all[i].Err = fmt.Errorf("publishing %s/%s: %w", r.GetDomain(), r.GetCode(), err)
		} else if all[i].Err == nil {
			all[i].Revision = puts[linkKey(link.Key{Domain: r.GetDomain(), Code: r.GetCode()})].revision
		}
	}
	return all
}

// put is a record on its way into etcd.
type put struct {
	key, value string
	version    uint64
	seen       int64 // the key's revision as far as is known; 0: it is absent
	revision   int64 // once etcd holds this version or a newer one
}

func newPut(r *wire.Record) (*put, error) {
	value, err := proto.Marshal(r)
	switch {
	case err != nil:
		return nil, fmt.Errorf("encoding record: %w", err)
	case len(value) > link.MaxRecord:
		return nil, fmt.Errorf("record is %d bytes long; the limit is %d", len(value), link.MaxRecord)
	}
	key := linkKey(link.Key{Domain: r.GetDomain(), Code: r.GetCode()})
	return &put{key: key, value: string(value), version: r.GetVersion()}, nil
}

// publish raises puts, in one transaction unless they are very large.
func (c *Client) publish(ctx context.Context, puts []*put) error {
	for len(puts) > 0 {
		n := fitting(puts)
		if err := c.raiseLeased(ctx, puts[:n]); err != nil {
			return err
		}
		puts = puts[n:]
	}
	return nil
}

// fitting is how many of puts go in one transaction.
func fitting(puts []*put) int {
	size := 0
	for i, p := range puts {
		if size += len(p.value); size > maxTransaction {
			return i
		}
	}
	return len(puts)
}

// raiseLeased raises puts under the lease of this minute.
func (c *Client) raiseLeased(ctx context.Context, puts []*put) error {
	for {
		lease, err := c.leases.get(ctx)
		if err != nil {
			return err
		}
		err = c.raiseAll(ctx, puts, lease)
		if errors.Is(err, rpctypes.ErrLeaseNotFound) && ctx.Err() == nil {
			c.leases.forget(lease)
			continue
		}
		return err
	}
}

// raiseAll puts those whose keys hold less. It first supposes that the keys are
// absent, as they are for new links, so most creations take one round trip; what
// others hold fails the whole transaction, and is told by it.
func (c *Client) raiseAll(ctx context.Context, puts []*put, lease clientv3.LeaseID) error {
	for len(puts) > 0 {
		var unchanged []clientv3.Cmp
		var then, otherwise []clientv3.Op
		for _, p := range puts {
			unchanged = append(unchanged, clientv3.Compare(clientv3.ModRevision(p.key), "=", p.seen))
			then = append(then, clientv3.OpPut(p.key, p.value, clientv3.WithLease(lease)))
			otherwise = append(otherwise, clientv3.OpGet(p.key))
		}
		resp, err := c.commit(ctx, c.etcd.Txn(ctx).If(unchanged...).Then(then...).Else(otherwise...))
		if err != nil {
			return err
		}
		var left []*put
		for i, p := range puts {
			if resp.Succeeded {
				p.revision = resp.Header.GetRevision()
			} else if !p.heldAlready(resp.Responses[i].GetResponseRange().GetKvs()) {
				left = append(left, p)
			}
		}
		puts = left
	}
	return nil
}

// heldAlready says whether what etcd holds is p's version or a newer one, and
// takes note of its revision in any case. A damaged value is replaced, and so is
// one that no edge would serve: the version that it claims would otherwise keep
// the link's next changes from all edges.
func (p *put) heldAlready(kvs []*mvccpb.KeyValue) bool {
	p.seen = 0
	if len(kvs) == 0 {
		return false
	}
	p.seen = kvs[0].GetModRevision()
	if value := kvs[0].GetValue(); string(value) == p.value || versionOf(p.key, value) >= p.version {
		p.revision = p.seen
		return true
	}
	return false
}

// versionOf is the version of a record that may be served, else 0.
func versionOf(key string, value []byte) uint64 {
	r, err := decodeRecord(key, value)
	if err != nil {
		return 0
	}
	if _, err := r.ToLink(); err != nil {
		return 0
	}
	return r.GetVersion()
}
