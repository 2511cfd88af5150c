// The race detector takes memory of its own.
//go:build !race

package cache_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/sync/link"
)

// urlLength is the mean length of a hundred thousand home pages' URLs and more.
const urlLength = 60

// fill stores n links and gives the heap that they take.
func fill(tb testing.TB, c *cache.Cache, n int) (heap int64) {
	tb.Helper()
	before := live()
	for i := range n {
		k := link.Key{Domain: "a.example", Code: fmt.Sprintf("%07d", i)}
		url := "https://target.example/" + strings.Repeat("x", urlLength-30+i%15)
		c.Complete(c.Begin(k, now), &link.Link{Key: k, URL: url, Status: link.Active, Redirect: 302, Version: 1})
	}
	return live() - before
}

func live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // also what pools held
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// The cache takes no more than it was given, by a tenth, whatever it is asked to
// hold; and little less, although maps double in size.
func TestBytesAreHonoured(t *testing.T) {
	for _, budget := range []int64{16 << 20, 24 << 20, 32 << 20} {
		t.Run(fmt.Sprint(budget>>20, " MiB"), func(t *testing.T) {
			before := live()
			c, err := cache.New(cache.Options{Bytes: budget})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			fill(t, c, int(budget/200))
			took := live() - before
			if share := float64(took) / float64(budget); share < 0.85 || share > 1.1 {
				t.Errorf("took %.2f of the budget", share)
			}
			if own := c.Bytes(); own > budget || own < budget*9/10 {
				t.Errorf("says that it takes %d", own)
			}
			runtime.KeepAlive(c)
		})
	}
}

// BenchmarkMappings tells what a mapping takes in memory.
func BenchmarkMappings(b *testing.B) {
	for _, n := range []int{100_000, 300_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				c, err := cache.New(cache.Options{Bytes: 1 << 30})
				if err != nil {
					b.Fatal(err)
				}
				own := c.Bytes()
				took := fill(b, c, n)
				b.ReportMetric(float64(took)/float64(n), "B/mapping")
				b.ReportMetric(float64(c.Bytes()-own)/float64(n), "own-B/mapping")
				c.Close()
			}
		})
	}
}
