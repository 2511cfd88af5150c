package clicks_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
	"github.com/fingerpost/fingerpost/edge/internal/visit"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// swallow books nothing and says that all is well.
type swallow struct{ sent []byte }

func (s *swallow) Ship(_ context.Context, b *wire.Batch) (err error) {
	s.sent, err = proto.MarshalOptions{}.MarshalAppend(s.sent[:0], b)
	return err
}

func (*swallow) Salt(context.Context, int64) (key [16]byte, err error) { return key, nil }

// BenchmarkDrain is what a click costs off the path, one batch after the other: to be
// read, described, added up and encoded. Clicks are of 9,000 links, one as often as
// the other; the various ones are of 2,000 agents and 300 pages, too.
func BenchmarkDrain(b *testing.B) {
	const links, agents, pages, clickers = 9_000, 2_000, 300, 60_000
	all := usual()
	all["various"] = all["browser"]
	for name, c := range all {
		b.Run(name, func(b *testing.B) {
			visits, err := visit.New(visit.Options{Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				b.Fatal(err)
			}
			mix := make([]clicks.Click, clickers)
			for i := range mix {
				mix[i] = c
				mix[i].Code = fmt.Sprint("code", i*7919%links)
				if name == "various" {
					mix[i].Agent = fmt.Append(nil, string(c.Agent), " Edg/", i*i%agents)
					mix[i].Referrer = fmt.Appendf(nil, "https://site%d.example/", i*31%pages)
				}
			}
			r := newRecorder(b, new(swallow), func(o *clicks.Options) { o.Visits, o.Bytes, o.Rows = visits, 1<<30, links+1 })
			ship := r.Drain()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			var used time.Duration
			const unmeasured = 3 // until memory is there and agents are known
			for n := range unmeasured + b.N {
				for _, c := range mix {
					r.Record(c)
				}
				before := processor(b)
				if err := ship(b.Context()); err != nil {
					b.Fatal(err)
				}
				if n >= unmeasured {
					used += processor(b) - before
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(used)/float64(b.N*clickers), "cpu-ns/click")
			if err := stopSoon(r); err != nil {
				b.Log(err)
			}
		})
	}
}
