package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/bits"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/bench/workload"
	"github.com/fingerpost/fingerpost/controlplane/internal/ingest"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/wire"
)

const (
	benchEdges = 16
	// batchClicks is what an edge puts into a batch at most.
	batchClicks = 50_000
)

// BenchmarkIngest is sixteen edges that ship full batches to one control plane on
// PostgreSQL, each the next one when the last is acknowledged; posted/s goes on until
// hours and days are up to date. The clicks of a batch are spread evenly over as many
// links as the case says, or as real ones are, or nine of ten are one link's.
func BenchmarkIngest(b *testing.B) {
	for _, links := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("links=%d", links), func(b *testing.B) { benchmarkIngest(b, evenly(links)) })
	}
	b.Run("links=100000/curve", func(b *testing.B) { benchmarkIngest(b, byPopularity(b, 100_000)) })
	b.Run("links=1000/hot=90%", func(b *testing.B) { benchmarkIngest(b, mostly(0.9, evenly(1_000))) })
}

func benchmarkIngest(b *testing.B, draw draw) {
	s, i := benchIngest(b)
	batches := encodedBatches(b, draw)
	stop := postMeanwhile(b, s)
	b.ResetTimer()
	clicks, rows := shipBatches(b, i, batches)
	b.ReportMetric(float64(clicks)/b.Elapsed().Seconds(), "clicks/s")
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "counts/s")
	if err := stop().Post(b.Context()); err != nil {
		b.Error(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(clicks)/b.Elapsed().Seconds(), "posted/s")
}

// postMeanwhile runs a janitor until stop, which gives it.
func postMeanwhile(b *testing.B, s *store.Store) (stop func() *ingest.Janitor) {
	b.Helper()
	janitor, err := ingest.NewJanitor(s, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var group sync.WaitGroup
	group.Go(func() { janitor.Run(ctx) })
	return func() *ingest.Janitor {
		cancel()
		group.Wait()
		return janitor
	}
}

// shipBatches ships b.N batches, and says how many clicks and counts they had.
func shipBatches(b *testing.B, i *ingest.Ingest, batches [][]byte) (clicks, rows int64) {
	var allClicks, allRows, next atomic.Int64
	var group sync.WaitGroup
	for e := range uint64(benchEdges) {
		group.Go(func() {
			for sequence := uint64(1); next.Add(1) <= int64(b.N); sequence++ {
				batch := new(wire.Batch)
				if err := proto.Unmarshal(batches[(e+sequence)%uint64(len(batches))], batch); err != nil {
					b.Error(err)
					return
				}
				batch.Edge, batch.Sequence, batch.Digest = fmt.Sprint("edge-", e), sequence, sequence
				if err := shipBatch(i, batch); err != nil {
					b.Error(err)
					return
				}
				for _, c := range batch.GetCounts() {
					allClicks.Add(int64(c.GetCount()))
				}
				allRows.Add(int64(len(batch.GetCounts())))
			}
		})
	}
	group.Wait()
	return allClicks.Load(), allRows.Load()
}

// shipBatch comes again while the desk is full, as an edge does.
func shipBatch(i *ingest.Ingest, batch *wire.Batch) error {
	for {
		_, err := i.Ship(context.Background(), batch)
		if !errors.Is(err, ingest.ErrBusy) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func benchIngest(b *testing.B) (*store.Store, *ingest.Ingest) {
	b.Helper()
	logger := slog.New(slog.DiscardHandler)
	s, err := store.Open(b.Context(), store.Options{URL: postgres.NewDatabase(b), Logger: logger})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	i, err := ingest.New(ingest.Options{Store: s, Logger: logger, Registerer: prometheus.NewRegistry()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := i.Stop(context.Background()); err != nil {
			b.Error(err)
		}
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s, i
}

// draw gives the link of a click.
type draw func(random *rand.Rand) int

func evenly(links int) draw { return func(random *rand.Rand) int { return random.IntN(links) } }

// byPopularity draws links as often as real ones are clicked.
func byPopularity(b *testing.B, links int) draw {
	b.Helper()
	counts, err := workload.Popularity("")
	if err != nil {
		b.Fatal(err)
	}
	sampler, err := workload.NewSampler(counts, links, 1)
	if err != nil {
		b.Fatal(err)
	}
	return func(random *rand.Rand) int { return sampler.Draw(random.Uint64() >> 1) }
}

// mostly draws link 0 with a probability, and else another.
func mostly(hot float64, others draw) draw {
	return func(random *rand.Rand) int {
		which := others(random)
		if random.Float64() < hot {
			return 0
		}
		return which
	}
}

// encodedBatches makes different batches, as they come from the wire.
func encodedBatches(b *testing.B, draw draw) [][]byte {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	all := make([][]byte, benchEdges)
	for n := range all {
		batch := &wire.Batch{Epoch: 1, Boot: 1, Watermark: time.Now().UnixMilli()}
		counts := make(map[int]*wire.ClickCount)
		for clicks := 0; clicks < batchClicks && len(counts) < ingest.MaxCounts; clicks++ {
			which := draw(random)
			if counts[which] == nil {
				counts[which] = &wire.ClickCount{Domain: "go.example", Code: fmt.Sprintf("%07d", which), Minute: time.Now().Unix() / 60}
				batch.Counts = append(batch.Counts, counts[which])
			}
			addClick(counts[which], random)
		}
		encoded, err := proto.Marshal(batch)
		if err != nil {
			b.Fatal(err)
		}
		all[n] = encoded
	}
	return all
}

// addClick adds a click as people make them: of few browsers, more countries,
// and visitors that come about twice.
func addClick(c *wire.ClickCount, random *rand.Rand) {
	c.Count++
	if random.IntN(10) == 0 {
		c.Bots++
		addPart(c, wire.Dimension_DIMENSION_BOT, fmt.Sprint("Bot ", random.IntN(10)))
		return
	}
	few := func(n int) int { return int(float64(n) * random.Float64() * random.Float64() * random.Float64()) }
	addPart(c, wire.Dimension_DIMENSION_BROWSER, fmt.Sprint("Browser ", few(8)))
	addPart(c, wire.Dimension_DIMENSION_OS, fmt.Sprint("System ", few(6)))
	addPart(c, wire.Dimension_DIMENSION_DEVICE, fmt.Sprint("device ", few(4)))
	addPart(c, wire.Dimension_DIMENSION_COUNTRY, fmt.Sprintf("C%02d", few(60)))
	addPart(c, wire.Dimension_DIMENSION_LANGUAGE, fmt.Sprintf("l%d", few(20)))
	if random.IntN(2) == 0 {
		addPart(c, wire.Dimension_DIMENSION_REFERRER, fmt.Sprintf("site-%d.example.com", few(100)))
	}
	if random.IntN(5) == 0 {
		addPart(c, wire.Dimension_DIMENSION_UTM_SOURCE, fmt.Sprint("newsletter-", few(10)))
		addPart(c, wire.Dimension_DIMENSION_UTM_CAMPAIGN, fmt.Sprint("campaign-", few(10)))
	}
	hash := rand.New(rand.NewPCG(random.Uint64N(5_000_000), 7)).Uint64()
	c.Visitors = append(c.Visitors, uint32(hash>>39)<<6|uint32(min(bits.LeadingZeros64(hash<<25)+1, 40)))
}

func addPart(c *wire.ClickCount, dimension wire.Dimension, value string) {
	for _, p := range c.GetParts() {
		if p.GetDimension() == dimension && p.GetValue() == value {
			p.Count++
			return
		}
	}
	c.Parts = append(c.Parts, &wire.Part{Dimension: dimension, Value: value, Count: 1})
}
