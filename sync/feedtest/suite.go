package feedtest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/feed"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Run holds the feed to its promises on etcds that start makes.
func Run(t *testing.T, start func(testing.TB) *Etcd) {
	for name, test := range map[string]func(*testing.T, *Etcd){
		"delivers what is published":            delivers,
		"versions only rise":                    versionsRise,
		"racing publishers leave the newest":    publishersRace,
		"publishing again is a no-op":           publishesOnce,
		"too large a record is refused":         refusesLarge,
		"a batch is one revision":               batches,
		"a batch raises each link by itself":    batchRaises,
		"a batch of the largest links":          largestBatch,
		"a watch resumes within a batch":        batchResumes,
		"a late follower learns the domains":    learnsDomains,
		"domains change and go":                 domainsChange,
		"a malformed value is skipped":          skipsMalformed,
		"an unservable record is replaced":      replacesUnservable,
		"a restart resumes without a rebase":    restartResumes,
		"compaction while away rebases":         compactionRebases,
		"a wiped etcd rebases":                  wipeRebases,
		"a restored copy rebases":               restoreRebases,
		"a copy restored while away rebases":    restoreWhileAwayRebases,
		"silence is noticed and ended":          silenceEnds,
		"presence comes and goes":               presence,
		"publishing fails within its context":   publishBounded,
		"a lease that was lost is granted anew": leaseLost,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start(t))
		})
	}
}

// Client is a feed client on endpoint that is closed when the test ends.
func Client(tb testing.TB, endpoint string) *feed.Client {
	tb.Helper()
	c, err := feed.New(feed.Options{Endpoints: []string{endpoint}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

// Record is a record that may be served.
func Record(code string, version uint64) *wire.Record {
	return &wire.Record{
		Domain: "localhost", Code: code, Version: version, Status: wire.Status_STATUS_ACTIVE, Redirect: 302,
		Url: fmt.Sprintf("https://target.example/%s/%d", code, version),
	}
}

func key(code string) link.Key { return link.Key{Domain: "localhost", Code: code} }

// Publish puts a record, again if etcd did not get to it because the machine stood still.
func Publish(tb testing.TB, c *feed.Client, r *wire.Record) (revision int64) {
	tb.Helper()
	return put(tb, func(ctx context.Context) (int64, error) { return c.PublishLink(ctx, r) })
}

// PublishDomain is Publish of a domain's settings.
func PublishDomain(tb testing.TB, c *feed.Client, d *wire.Domain) (revision int64) {
	tb.Helper()
	return put(tb, func(ctx context.Context) (int64, error) { return c.PublishDomain(ctx, d) })
}

func put(tb testing.TB, publish func(context.Context) (int64, error)) int64 {
	tb.Helper()
	for ctx := within(tb, time.Minute); ; time.Sleep(50 * time.Millisecond) {
		revision, err := publish(ctx)
		if err == nil {
			return revision
		}
		if ctx.Err() != nil {
			tb.Fatal(err)
		}
	}
}

func within(tb testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	tb.Cleanup(cancel)
	return ctx
}

func delivers(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, c)
	r.WaitConfirmed(t)
	first := Publish(t, c, Record("abc", 1))
	second := Publish(t, c, Record("abc", 2))
	if second <= first {
		t.Errorf("revisions %d then %d, want them to rise", first, second)
	}
	r.WaitLink(t, key("abc"), 2)
	r.WaitConfirmed(t)
	if n := r.Rebases(); n != 1 {
		t.Errorf("%d rebases, want the first alone", n)
	}
}

func versionsRise(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, c)
	r.WaitConfirmed(t)
	newest := Publish(t, c, Record("abc", 5))
	if late := Publish(t, c, Record("abc", 4)); late != newest {
		t.Errorf("an older version gave revision %d, want %d, where the newer one stands", late, newest)
	}
	Publish(t, c, Record("end", 1))
	r.WaitLink(t, key("end"), 1)
	if got := r.Puts(key("abc")); len(got) != 1 || got[0] != 5 {
		t.Errorf("delivered versions %v, want 5 alone", got)
	}
}

func publishersRace(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, c)
	r.WaitConfirmed(t)
	const versions = 40
	var wg sync.WaitGroup
	for v := uint64(1); v <= versions; v++ {
		wg.Go(func() { Publish(t, c, Record("abc", v)) })
	}
	wg.Wait()
	r.WaitLink(t, key("abc"), versions)
	got := r.Puts(key("abc"))
	for i := 1; i < len(got); i++ {
		if got[i] <= got[i-1] {
			t.Fatalf("versions %v do not rise", got)
		}
	}
}

func publishesOnce(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	if a, b := Publish(t, c, Record("abc", 3)), Publish(t, c, Record("abc", 3)); a != b {
		t.Errorf("revisions %d and %d, want the same", a, b)
	}
}

func refusesLarge(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	r := Record("abc", 1)
	r.Url += strings.Repeat("x", link.MaxRecord)
	if _, err := c.PublishLink(within(t, 5*time.Second), r); err == nil || !strings.Contains(err.Error(), "limit") {
		t.Errorf("error %v, want one that names the limit", err)
	}
}

func learnsDomains(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	for _, d := range []*wire.Domain{{Name: "go.example", Version: 1}, {Name: "localhost", Version: 7}} {
		if _, err := c.PublishDomain(within(t, 20*time.Second), d); err != nil {
			t.Fatal(err)
		}
	}
	r, _ := Follow(t, c)
	r.wait(t, "both domains", func() bool { return r.domains["go.example"] == 1 && r.domains["localhost"] == 7 })
}

func domainsChange(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, c)
	r.WaitConfirmed(t)
	for _, version := range []uint64{1, 3, 2} {
		if _, err := c.PublishDomain(within(t, 20*time.Second), &wire.Domain{Name: "go.example", Version: version}); err != nil {
			t.Fatal(err)
		}
	}
	r.wait(t, "version 3", func() bool { return r.domains["go.example"] == 3 })
	deleteKey(t, e, "/fingerpost/v1/domains/go.example")
	r.wait(t, "the domain to go", func() bool { return len(r.domains) == 0 })
}

func skipsMalformed(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, c)
	r.WaitConfirmed(t)
	putKey(t, e, "/fingerpost/v1/links/localhost/bad", "\xff\xff no record")
	putKey(t, e, "/fingerpost/v1/links/localhost/large", strings.Repeat("x", link.MaxRecord+1))
	putKey(t, e, "/fingerpost/v1/domains/odd/name", "")
	Publish(t, c, Record("good", 1))
	r.WaitLink(t, key("good"), 1)
	r.wait(t, "three malformed values", func() bool { return len(r.malformed) == 3 })
	Publish(t, c, Record("bad", 1)) // a damaged value is replaced
	r.WaitLink(t, key("bad"), 1)
}

// A record that must not be served has no say in which version is the newest.
func replacesUnservable(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	r, _ := Follow(t, c)
	r.WaitConfirmed(t)
	forged := Record("abc", 9)
	forged.Url = "javascript:alert(1)"
	value, err := proto.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	putKey(t, e, "/fingerpost/v1/links/localhost/abc", string(value))
	r.WaitLink(t, key("abc"), 9) // whether it may be served is the follower's business
	Publish(t, c, Record("abc", 2))
	r.wait(t, "version 2", func() bool { return slices.Contains(r.puts[key("abc")], 2) })
}

func publishBounded(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	Publish(t, c, Record("abc", 1))
	e.Stop()
	if _, err := c.PublishLink(within(t, 300*time.Millisecond), Record("abc", 2)); err == nil {
		t.Error("published to an etcd that is down")
	}
}

func leaseLost(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	Publish(t, c, Record("abc", 1))
	e.Stop()
	e.Wipe()
	e.Restart()
	Publish(t, c, Record("abc", 2))
	Publish(t, c, Record("def", 1))
}

func presence(t *testing.T, e *Etcd) {
	c := Client(t, e.Endpoint())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	for key, value := range map[string]string{"odd": "\xff\xff no presence", "": "", "e2": "\x0a\x02e1"} {
		putKey(t, e, "/fingerpost/v1/edges/"+key, value) // the last one says that it is e1
	}
	go func() {
		defer close(done)
		c.Announce(ctx, &wire.Presence{Id: "e1", Region: "eu", Address: "127.0.0.1:8000", Build: "test"})
	}()
	eventually(t, "the edge to be listed", func() bool {
		edges, err := c.Edges(within(t, 5*time.Second))
		return err == nil && len(edges) == 1 && edges[0].GetRegion() == "eu"
	})
	cancel()
	<-done
	if edges, err := c.Edges(within(t, 20*time.Second)); err != nil || len(edges) != 0 {
		t.Errorf("edges %v (%v) after it withdrew", edges, err)
	}
}
