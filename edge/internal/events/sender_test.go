package events_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"

	"github.com/fingerpost/fingerpost/edge/internal/clicks/spool"
	"github.com/fingerpost/fingerpost/edge/internal/events"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

const topic = "clicks"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cluster is a Kafka with four partitions.
func cluster(t *testing.T, options ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.SeedTopics(4, topic)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func newSender(t *testing.T, s events.Source, brokers []string, change func(*events.Options)) *events.Sender {
	t.Helper()
	reader, err := visit.New(visit.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	o := events.Options{
		Edge: "edge", Source: s, Describer: reader, Brokers: brokers, Topic: topic, MaxWaiting: 1 << 40,
		Interval: time.Millisecond, Pause: time.Millisecond, Attempt: 30 * time.Second, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&o)
	}
	sender, err := events.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func stop(t *testing.T, s *events.Sender, patience time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// received reads what Kafka has: events by their id, and how many there are with
// those that came again.
func received(t *testing.T, c *kfake.Cluster, options ...kgo.Opt) (byID map[string]events.Event, all int) {
	t.Helper()
	byID = make(map[string]events.Event)
	var end int64
	for p := range int32(4) {
		end += c.PartitionInfo(topic, p).HighWatermark
	}
	if end == 0 {
		return byID, 0
	}
	client, err := kgo.NewClient(append(options, kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for int64(all) < end {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			var e events.Event
			if err := json.Unmarshal(r.Value, &e); err != nil {
				t.Errorf("%s: %v", r.Value, err)
			}
			if key := e.Domain + "/" + e.Code; key != string(r.Key) {
				t.Errorf("key %s of an event about %s", r.Key, key)
			}
			if other, ok := byID[e.ID]; ok && other != e {
				t.Errorf("one id, two events:\n%+v\n%+v", e, other)
			}
			byID[e.ID] = e
			all++
		})
	}
	return byID, all
}

func TestEvent(t *testing.T) {
	c := cluster(t)
	s := &source{sequence: 40, records: []spool.Record{
		{
			At: 1_800_000_000_007, Domain: []byte("a.example"), Code: []byte("code"),
			Agent:    []byte("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"),
			Referrer: []byte("news.example"), Language: []byte("de-CH"), Query: []byte("utm_source=a&utm_medium=b&utm_campaign=c"),
			Network: netip.MustParseAddr("2001:db8:1:2::7"), Visitor: 7,
		},
		{At: 1_800_000_000_000, Domain: []byte("a.example"), Code: []byte("other"), Agent: []byte("curl/8.5.0")},
		{At: 1_800_000_000_000, Domain: []byte("b.example"), Code: []byte("code")},
	}}
	sender := newSender(t, s, c.ListenAddrs(), nil)
	sender.Start()
	stop(t, sender, time.Minute)
	got, _ := received(t, c)
	for id, want := range map[string]events.Event{
		"edge/7/41/0": {
			Index: 0, Domain: "a.example", Code: "code", At: "2027-01-15T08:00:00.007Z", Browser: "Firefox", OS: "Linux", Device: "desktop",
			Referrer: "news.example", Language: "de", Source: "a", Medium: "b", Campaign: "c", Network: "2001:db8:1::",
		},
		"edge/7/41/1": {Index: 1, Domain: "a.example", Code: "other", At: "2027-01-15T08:00:00.000Z", Bot: "curl"},
		"edge/7/41/2": {Index: 2, Domain: "b.example", Code: "code", At: "2027-01-15T08:00:00.000Z"},
	} {
		want.ID, want.Edge, want.Epoch, want.Sequence = id, "edge", 7, 41
		if got[id] != want {
			t.Errorf("%s\n got %+v\nwant %+v", id, got[id], want)
		}
	}
	if len(got) != 3 || len(s.records) != 0 {
		t.Errorf("%d events, %d records left", len(got), len(s.records))
	}
}

// Whatever happens to a request, each click arrives, and one that arrives twice
// does so under the same id.
func TestAtLeastOnce(t *testing.T) {
	c := cluster(t)
	var requests atomic.Int64
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if n := requests.Add(1); n%3 != 0 && n < 30 {
			return nil, errors.New("the connection is cut"), true
		}
		return nil, nil, false
	})
	s := &source{}
	s.add(12_000)
	sender := newSender(t, s, c.ListenAddrs(), nil)
	sender.Start()
	eventually(t, "an empty spool", func() bool { return s.Waiting() == 0 })
	stop(t, sender, time.Minute)
	got, all := received(t, c)
	t.Logf("%d events came, %d of them again", all, all-len(got))
	if len(got) != 12_000 || metric(t, sender, "fingerpost_edge_events_sent_total") != 12_000 {
		t.Errorf("%d of 12000 clicks arrived", len(got))
	}
}

// While Kafka is away the spool fills up to the bound and no further; what was
// skipped is counted to the click, and the rest arrives.
func TestKafkaAway(t *testing.T) {
	c := cluster(t)
	var away atomic.Bool
	away.Store(true)
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return nil, errors.New("away"), away.Load()
	})
	s := &source{}
	sender := newSender(t, s, c.ListenAddrs(), func(o *events.Options) {
		o.MaxWaiting, o.Attempt = 20_000*recordBytes, 200*time.Millisecond
	})
	sender.Start()
	for range 10 {
		s.add(5000)
		eventually(t, "room in the spool", func() bool { return s.Waiting() <= 20_000*recordBytes })
	}
	stop(t, sender, 10*time.Millisecond)
	lost := metric(t, sender, "fingerpost_edge_events_lost_total")
	if lost < 30_000 || s.Waiting() == 0 {
		t.Errorf("%d lost, %d bytes wait", lost, s.Waiting())
	}
	away.Store(false)
	patient := newSender(t, s, c.ListenAddrs(), nil) // a busy machine may need more than 200 ms for a batch
	patient.Start()
	eventually(t, "an empty spool", func() bool { return s.Waiting() == 0 })
	stop(t, patient, time.Minute)
	if got, _ := received(t, c); len(got)+lost != 50_000 {
		t.Errorf("%d arrived and %d are lost of 50000", len(got), lost)
	}
}

// What one process could not send, the next one does, under the same ids.
func TestRestart(t *testing.T) {
	c := cluster(t)
	s := &source{}
	s.add(100)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := nobody.Addr().String()
	if err := nobody.Close(); err != nil {
		t.Fatal(err)
	}
	first := newSender(t, s, []string{addr}, func(o *events.Options) { o.Attempt = 20 * time.Millisecond })
	first.Start()
	eventually(t, "a batch under way", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.under == 100 })
	stop(t, first, 10*time.Millisecond)
	s.add(50)
	second := newSender(t, s, c.ListenAddrs(), nil)
	second.Start()
	stop(t, second, time.Minute)
	got, _ := received(t, c)
	if _, ok := got["edge/7/1/99"]; len(got) != 150 || !ok || got["edge/7/2/0"].ID == "" {
		t.Errorf("%d events", len(got))
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(nil) // for its certificate
	defer server.Close()
	c := cluster(t, kfake.TLS(&tls.Config{Certificates: server.TLS.Certificates}))
	client := server.Client().Transport.(*http.Transport).TLSClientConfig
	s := &source{}
	s.add(10)
	sender := newSender(t, s, c.ListenAddrs(), func(o *events.Options) { o.TLS = client })
	sender.Start()
	stop(t, sender, time.Minute)
	if got, _ := received(t, c, kgo.DialTLSConfig(client)); len(got) != 10 {
		t.Errorf("%d events", len(got))
	}
}

func TestLogin(t *testing.T) {
	for name, ok := range map[string]bool{"right": true, "wrong": false} {
		t.Run(name, func(t *testing.T) {
			c := cluster(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "edge", "right"))
			s := &source{}
			s.add(10)
			sender := newSender(t, s, c.ListenAddrs(), func(o *events.Options) { o.User, o.Password, o.Mechanism = "edge", name, "SCRAM-SHA-256" })
			sent := func() bool { return metric(t, sender, "fingerpost_edge_events_sent_total") == 10 }
			sender.Start()
			if ok {
				eventually(t, "events", sent)
			}
			stop(t, sender, 2*time.Second)
			if sent() != ok {
				t.Errorf("sent: %v", !ok)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	good := func() events.Options {
		reader, _ := visit.New(visit.Options{Logger: slog.New(slog.DiscardHandler)})
		return events.Options{Edge: "e", Source: &source{}, Describer: reader, Brokers: []string{"localhost:9092"}, MaxWaiting: 1, Logger: slog.New(slog.DiscardHandler)}
	}
	for want, change := range map[string]func(*events.Options){
		"Edge is missing":             func(o *events.Options) { o.Edge = "" },
		"Source is missing":           func(o *events.Options) { o.Source = nil },
		"Describer is missing":        func(o *events.Options) { o.Describer = nil },
		"Brokers are missing":         func(o *events.Options) { o.Brokers = nil },
		"must be host:port":           func(o *events.Options) { o.Brokers = []string{"localhost"} },
		"PLAIN needs TLS":             func(o *events.Options) { o.User, o.Password, o.Mechanism = "edge", "x", "PLAIN" },
		"must be SCRAM-SHA-512":       func(o *events.Options) { o.Mechanism = "plain" },
		"belong together":             func(o *events.Options) { o.User = "edge" },
		"MaxWaiting must be positive": func(o *events.Options) { o.MaxWaiting = 0 },
		"must be positive":            func(o *events.Options) { o.Pause = -1 },
		"Logger is missing":           func(o *events.Options) { o.Logger = nil },
	} {
		o := good()
		change(&o)
		if _, err := events.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no sign of %s", what)
		}
	}
}

// metric reads one of the sender's metrics.
func metric(t *testing.T, s *events.Sender, name string) int {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(s)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return int(f.GetMetric()[0].GetCounter().GetValue())
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}
