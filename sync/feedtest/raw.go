package feedtest

import (
	"context"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// Put writes a raw value, for tests of what reads the feed.
func (e *Etcd) Put(key, value string) {
	e.tb.Helper()
	putKey(e.tb, e, key, value)
}

// putKey writes a raw value, as a broken or hostile publisher would.
func putKey(tb testing.TB, e *Etcd, key, value string) {
	tb.Helper()
	raw(tb, e, func(ctx context.Context, c *clientv3.Client) error {
		_, err := c.Put(ctx, key, value)
		return err
	})
}

func deleteKey(tb testing.TB, e *Etcd, key string) {
	tb.Helper()
	raw(tb, e, func(ctx context.Context, c *clientv3.Client) error {
		_, err := c.Delete(ctx, key)
		return err
	})
}

func raw(tb testing.TB, e *Etcd, do func(context.Context, *clientv3.Client) error) {
	tb.Helper()
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{e.Endpoint()}, Logger: zap.NewNop()})
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close()
	if err := do(within(tb, 20*time.Second), c); err != nil {
		tb.Fatal(err)
	}
}

// eventually polls until holds does, and fails the test after a generous time.
func eventually(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("still waiting for %s", what)
		}
	}
}
