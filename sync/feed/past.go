package feed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// past is how far a publisher has seen etcd's history go. A cluster that was
// restored from an older copy of its own data has the same identity, and to a
// follower that was away between the copy and the restore its history has no
// gap: what was published meanwhile is gone without a trace. A publisher that
// lives on sees the revision go back, and says so in the feed itself.
type past struct {
	mu       sync.Mutex
	cluster  uint64
	revision int64
}

// commit runs a transaction, and tells the followers to start afresh if the
// answer shows that etcd went back. An error leaves that for the next one.
func (c *Client) commit(ctx context.Context, txn clientv3.Txn) (*clientv3.TxnResponse, error) {
	c.past.mu.Lock()
	cluster, floor := c.past.cluster, c.past.revision // answers may overtake each other, but not what came before the question
	c.past.mu.Unlock()

	answer, err := txn.Commit()
	if err != nil {
		return nil, err
	}
	revision := answer.Header.GetRevision()
	c.past.mu.Lock()
	defer c.past.mu.Unlock()
	switch {
	case c.past.cluster != answer.Header.GetClusterId(): // followers notice that by themselves
		c.past.cluster, c.past.revision = answer.Header.GetClusterId(), revision
	case cluster != c.past.cluster, revision >= floor, c.past.revision < floor:
		// The last: another call has noticed and told already.
		c.past.revision = max(c.past.revision, revision)
	default:
		told, err := c.etcd.Put(ctx, historyAt, strconv.FormatUint(rand.Uint64(), 36))
		if err != nil {
			return nil, fmt.Errorf("telling that etcd went back: %w", err)
		}
		c.log.Warn("etcd went back: it was restored from an older copy; all edges ask for everything anew",
			"revision", revision, "was", c.past.revision)
		c.past.revision = told.Header.GetRevision()
	}
	return answer, nil
}
