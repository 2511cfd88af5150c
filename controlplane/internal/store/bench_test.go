package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// each runs a benchmark on both databases.
func each(b *testing.B, run func(b *testing.B, s *store.Store)) {
	b.Run("SQLite", func(b *testing.B) { run(b, open(b, sqliteURL(b))) })
	b.Run("PostgreSQL", func(b *testing.B) { run(b, open(b, postgres.NewDatabase(b))) })
}

func BenchmarkCreateLink(b *testing.B) {
	each(b, func(b *testing.B, s *store.Store) {
		var n atomic.Int64
		b.SetParallelism(4)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := n.Add(1)
				l := &links.Link{
					Link: link.Link{
						Key: link.Key{Domain: "go.example", Code: fmt.Sprintf("%07d", i*7919%10_000_000)},
						URL: "https://example.org/a/path/of/usual/length?with=query", Status: link.Active, Redirect: 302},
					CreatedBy: "anna", CreatedAt: 1_700_000_000_000 + i, UpdatedAt: 1_700_000_000_000 + i,
				}
				if err := s.CreateLink(b.Context(), l); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "creates/s")
	})
}

func BenchmarkReadLink(b *testing.B) {
	each(b, func(b *testing.B, s *store.Store) {
		l := &links.Link{Link: link.Link{Key: link.Key{Domain: "go.example", Code: "abc"}, URL: "https://example.org", Status: link.Active, Redirect: 302}}
		if err := s.CreateLink(b.Context(), l); err != nil {
			b.Fatal(err)
		}
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := s.ReadLink(b.Context(), l.Key); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

func BenchmarkChangeLink(b *testing.B) {
	each(b, func(b *testing.B, s *store.Store) {
		var n atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			key := link.Key{Domain: "go.example", Code: fmt.Sprint("code", n.Add(1))}
			l := &links.Link{Link: link.Link{Key: key, URL: "https://example.org", Status: link.Active, Redirect: 302}}
			if err := s.CreateLink(b.Context(), l); err != nil {
				b.Fatal(err)
			}
			for pb.Next() {
				if _, err := s.ChangeLink(b.Context(), key, func(*links.Link) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// A batch of 1,000 links' clicks, onto rows that are there mostly.
func BenchmarkAddBatch(b *testing.B) {
	each(b, func(b *testing.B, s *store.Store) {
		batch := &wire.Batch{Edge: "e", Epoch: 1}
		for i := range 1000 {
			batch.Counts = append(batch.Counts, &wire.ClickCount{Domain: "go.example", Code: fmt.Sprint("code", i), Minute: 29_000_000, Count: 3})
		}
		for b.Loop() {
			batch.Sequence++
			if batch.Sequence%60 == 0 {
				for _, c := range batch.Counts {
					c.Minute++
				}
			}
			if _, err := s.AddBatches(b.Context(), []*wire.Batch{batch}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

func BenchmarkLeaseShard(b *testing.B) {
	each(b, func(b *testing.B, s *store.Store) {
		var n atomic.Int64
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			i := uint64(n.Add(1))
			shard := counter.Shard{Index: int(i), First: i << 32, End: (i + 1) << 32}
			for pb.Next() {
				if _, err := s.LeaseShard(b.Context(), shard, counter.Lease{Length: 7, Size: 1000}); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
