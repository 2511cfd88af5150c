package clicks_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// mirror says of a visitor what was said to it.
type mirror struct{}

func (mirror) Describe(v visit.Visit) visit.Facts {
	if name, ok := strings.CutPrefix(string(v.Agent), "bot "); ok {
		return visit.Facts{Bot: name}
	}
	network := ""
	if v.Network.IsValid() {
		network = v.Network.String()
	}
	return visit.Facts{Browser: string(v.Agent), Referrer: string(v.Referrer), Language: string(v.Language), Source: string(v.Query), Country: network}
}

// A batch says of each link and minute how many clicks there were, and how those
// of people divide.
func TestDescribes(t *testing.T) {
	b := newBooks(func() fault { return none })
	r := newRecorder(t, b, func(o *clicks.Options) { o.Visits = mirror{} })
	full := clicks.Click{
		Domain: "a.example", Code: "code", At: 59_999, Address: netip.MustParseAddr("192.0.2.77"), Agent: []byte("Firefox"),
		Referrer: []byte("https://user:secret@news.example/private?token=1"), Language: []byte("de"),
		Query: []byte("token=2&utm_source=mail&utm_sourceless=3&x=utm_campaign="),
	}
	robot, still, bare := full, full, clicks.Click{Domain: "a.example", Code: "code", At: 59_999}
	robot.Agent = []byte("bot crawler")
	still.CountOnly = true
	invalid := full
	invalid.Agent = []byte("Fire\xfffox")
	other := bare
	other.At = 180_000
	for _, c := range []clicks.Click{full, full, robot, still, bare, invalid, other} {
		r.Record(c)
	}
	r.Start()
	stop(t, r)
	var got wire.Batch
	for _, batch := range b.batches {
		got.Counts = append(got.Counts, batch.GetCounts()...)
	}
	want := new(wire.Batch)
	if err := prototext.Unmarshal([]byte(`
counts: {domain: "a.example" code: "code" minute: 1 count: 6 bots: 1
  parts: {dimension: DIMENSION_REFERRER value: "news.example" count: 3}
  parts: {dimension: DIMENSION_COUNTRY value: "192.0.2.0" count: 3}
  parts: {dimension: DIMENSION_BROWSER value: "Firefox" count: 2}
  parts: {dimension: DIMENSION_LANGUAGE value: "de" count: 3}
  parts: {dimension: DIMENSION_UTM_SOURCE value: "utm_source=mail" count: 3}
  parts: {dimension: DIMENSION_BOT value: "crawler" count: 1}}
counts: {domain: "a.example" code: "code" minute: 3 count: 1}`), want); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(ordered(&got), want) {
		t.Errorf("got %s", prototext.Format(&got))
	}
}

// Of a request nothing is on disk but what is described: no address, no path of a
// referrer, no other parameter.
func TestKeepsNoSecret(t *testing.T) {
	data := t.TempDir()
	r := newRecorder(t, newBooks(func() fault { return before }), func(o *clicks.Options) { o.Data = data })
	address := netip.MustParseAddr("203.0.113.254")
	r.Record(clicks.Click{
		Domain: "a.example", Code: "code", At: 60_000, Address: address, Agent: []byte("Firefox"),
		Referrer: []byte("https://user:secret@news.example/secret?secret#secret"), Query: []byte("a=secret&utm_source=mail&utm_term=secret"),
	})
	r.Record(clicks.Click{Domain: "a.example", Code: "code", At: 60_000, Agent: []byte("secret"), Query: []byte("utm_source=secret"), CountOnly: true})
	r.Start()
	if err := stopSoon(r); err != nil {
		t.Error(err)
	}
	files, err := filepath.Glob(filepath.Join(data, "spool", "*", "*"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	all := ""
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
		if bytes.Contains(text, address.AsSlice()) || bytes.Contains(text, []byte("secret")) || bytes.Contains(text, []byte(address.String())) {
			t.Errorf("%s holds a secret", name)
		}
	}
	if !strings.Contains(all, "news.example") || !strings.Contains(all, "utm_source=mail") {
		t.Error("what should be kept is not")
	}
}

// Visitors are counted with the key of their day, once it is known.
func TestVisitors(t *testing.T) {
	const day = 24 * 60 * 60_000
	b := newBooks(func() fault { return none })
	r := newRecorder(t, b, func(o *clicks.Options) { o.Now = func() time.Time { return time.UnixMilli(20_000 * day) } })
	visitor := func(host, days int) clicks.Click {
		return clicks.Click{
			Domain: "a.example", Code: fmt.Sprint("day", days), At: int64(20_000+days) * day, Agent: []byte("Firefox"),
			Address: netip.MustParseAddr(fmt.Sprint("192.0.2.", host)),
		}
	}
	r.Record(visitor(1, 0)) // nobody can be recognised yet
	r.Start()
	until(t, "the key is asked for", func() bool { return b.salts.Load() > 0 })
	until(t, "visitors are recognised", func() bool {
		r.Record(visitor(1, 0))
		return len(b.visitors("day0")) > 0
	})
	for host := range 20 {
		r.Record(visitor(host, 0))
		r.Record(visitor(host, 1)) // that day's key is not known
	}
	stop(t, r)
	if today, tomorrow := len(b.visitors("day0")), len(b.visitors("day1")); today != 20 || tomorrow != 0 {
		t.Errorf("%d visitors today, %d tomorrow; want 20 and 0", today, tomorrow)
	}
}

// All edges, of this build and others, know a visitor by the same register, whatever
// they remember of agents, and each link has its own visitors.
func TestVisitorsOfTheFleet(t *testing.T) {
	const day, agents = 20_000, 2_000
	b := newBooks(func() fault { return none })
	r := newRecorder(t, b, func(o *clicks.Options) { o.Now = func() time.Time { return time.Unix(day*86_400, 0) } })
	c := clicks.Click{Domain: "a.example", Code: "first", At: day * 86_400_000, Address: netip.MustParseAddr("2001:db8::77")}
	r.Start()
	until(t, "visitors are recognised", func() bool {
		r.Record(c)
		return len(b.visitors("first")) > 0
	})
	links := []string{"one", "two", "three"}
	var clickers sync.WaitGroup
	for range 4 {
		clickers.Go(func() {
			mine := c
			for n := range 2 * agents {
				mine.Code, mine.Agent = links[n%len(links)], fmt.Append(nil, "agent", n%agents)
				r.Record(mine)
			}
		})
	}
	clickers.Wait()
	stop(t, r)
	salt := [16]byte{day % 256}
	for i, link := range links {
		want := make(map[uint32]bool)
		for n := i; n < 2*agents; n += len(links) {
			want[visit.Register(&salt, c.Address, xxhash.Sum64(fmt.Append(nil, "agent", n%agents)))] = true
		}
		if got := b.visitors(link); !maps.Equal(got, want) {
			t.Errorf("link %s: %d visitors, want these %d", link, len(got), len(want))
		}
	}
}

// A batch holds what a control plane takes, and no more.
func TestBatchesAreBounded(t *testing.T) {
	b := newBooks(func() fault { return none })
	r := newRecorder(t, b, func(o *clicks.Options) { o.Visits, o.Rows = mirror{}, 50 })
	const links, each = 120, 3
	for range each {
		for i := range links {
			r.Record(clicks.Click{Domain: "a.example", Code: fmt.Sprint("c", i), At: 60_000})
		}
	}
	for i := range 12_000 { // of one link, each with another parameter
		r.Record(clicks.Click{Domain: "a.example", Code: "many", At: 60_000, Query: fmt.Appendf(nil, "utm_source=%d%s", i, strings.Repeat("x", 230))})
	}
	r.Start()
	stop(t, r)
	if got := b.total(); got != links*each+12_000 {
		t.Errorf("%d clicks booked", got)
	}
	for name, batch := range b.batches {
		if len(batch.GetCounts()) > 50 || proto.Size(batch) > 3<<20+10_000 {
			t.Errorf("batch %s: %d counts, %d bytes", name, len(batch.GetCounts()), proto.Size(batch))
		}
		for _, c := range batch.GetCounts() {
			if len(c.GetParts()) > 10_000 {
				t.Errorf("batch %s: %d parts of a count", name, len(c.GetParts()))
			}
		}
	}
}
