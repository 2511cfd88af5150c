package ingest_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// BenchmarkAskWhileBooking asks about the link that is clicked most while sixteen edges
// ship as in BenchmarkIngest: its hours since yesterday, by country, and its visitors.
func BenchmarkAskWhileBooking(b *testing.B) {
	for _, links := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("links=%d", links), func(b *testing.B) {
			s, i := benchIngest(b)
			answers, err := stats.New(stats.Options{Store: s})
			if err != nil {
				b.Fatal(err)
			}
			batches := encodedBatches(b, mostly(0.1, evenly(links)))
			stop := postMeanwhile(b, s)
			b.ResetTimer()
			var asking sync.WaitGroup
			shipped := make(chan struct{})
			var took []time.Duration
			asking.Go(func() { took = askUntil(b, answers, shipped) })
			shipBatches(b, i, batches)
			close(shipped)
			asking.Wait()
			stop()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// askUntil asks one question after the other until done, and says what they took.
func askUntil(b *testing.B, answers *stats.Stats, done <-chan struct{}) (took []time.Duration) {
	for {
		began := time.Now()
		_, err := answers.Ask(b.Context(), stats.Question{
			Scope: stats.Scope{Key: link.Key{Domain: "go.example", Code: "0000000"}}, Kept: domains.KeptOf(nil),
			From: began.Add(-24 * time.Hour), To: began, Bucket: stats.Hour, Zone: time.UTC,
			By: wire.Dimension_DIMENSION_COUNTRY, Top: 10, Visitors: true,
		})
		if err != nil {
			b.Error(err)
		}
		took = append(took, time.Since(began))
		select {
		case <-done:
			return took
		case <-time.After(20 * time.Millisecond):
		}
	}
}
