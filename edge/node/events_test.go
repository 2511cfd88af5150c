package node_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/fingerpost/fingerpost/edge/node"
	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/feedtest"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// A click becomes an event, with no more of the address than its network.
func TestClicksBecomeEvents(t *testing.T) {
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "fingerpost.clicks"))
	if err != nil {
		t.Fatal(err)
	}
	defer kafka.Close()
	n := clicked(t, kafka.ListenAddrs())
	stop(t, n)

	client, err := kgo.NewClient(kgo.SeedBrokers(kafka.ListenAddrs()...), kgo.ConsumeTopics("fingerpost.clicks"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	records := client.PollFetches(ctx).Records()
	if len(records) != 1 || string(records[0].Key) != "localhost/code" {
		t.Fatalf("%d events", len(records))
	}
	var event map[string]any
	if err := json.Unmarshal(records[0].Value, &event); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]any{"edge": "edge-1", "domain": "localhost", "code": "code", "sequence": 1.0, "index": 0.0, "bot": "Go-http-client", "network": "127.0.0.0"} {
		if event[field] != want {
			t.Errorf("%s is %v, want %v", field, event[field], want)
		}
	}
}

// A Kafka that was never there delays neither shipping nor the end.
func TestKafkaNeverThere(t *testing.T) {
	stop(t, clicked(t, []string{"127.0.0.1:1"}))
}

// clicked is a node one of whose links was followed once, and shipped.
func clicked(t *testing.T, kafka []string) *node.Node {
	t.Helper()
	etcd, plane := feedtest.Start(t), startPlane(t)
	client, err := feed.New(feed.Options{Endpoints: []string{etcd.Endpoint()}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	feedtest.PublishDomain(t, client, &wire.Domain{Name: "localhost", Version: 1, Aliases: []string{"127.0.0.1"}})
	plane.commit(record("code", 1, "https://t.example/1"))
	o := options(t)
	o.Control, o.Etcd = []string{plane.addr}, []string{etcd.Endpoint()}
	o.Clicks.Kafka = kafka
	n := start(t, o)
	ready, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := n.WaitReady(ready); err != nil {
		t.Fatal(err)
	}
	if status, to := answer(t, "http://"+n.Addr()+"/code"); status != 302 {
		t.Fatalf("%d %s", status, to)
	}
	until(t, "the click is shipped", func() bool { return plane.booked() == 1 })
	return n
}
