// The race detector takes memory of its own.
//go:build !race

package cache_test

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/cache"
	"github.com/fingerpost/fingerpost/sync/link"
)

// urlLength is the mean length of a hundred thousand home pages' URLs and more.
const urlLength = 60

// fill stores links from one number up to another.
func fill(c *cache.Cache, from, to, length int) {
	for i := from; i < to; i++ {
		k := link.Key{Domain: "a.example", Code: fmt.Sprintf("%07d", i)}
		url := "https://target.example/" + strings.Repeat("x", length-30+i%15)
		c.Complete(c.Begin(k, now), &link.Link{Key: k, URL: url, Status: link.Active, Redirect: 302, Version: 1})
	}
}

func live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // also what pools held
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// more is a number of mappings to look at beside the usual ones: a great one.
func more() []int {
	if n, err := strconv.Atoi(os.Getenv("FINGERPOST_MAPPINGS")); err == nil {
		return []int{n}
	}
	return nil
}

// The cache takes what it was given, within a tenth, however many mappings that
// is and however many it had to drop; and it knows what it takes.
func TestBytesAreHonoured(t *testing.T) {
	type run struct{ mappings, length, times int }
	runs := []run{{10_000, 40, 8}, {12_000, 120, 4}, {14_000, urlLength, 8}, {110_000, urlLength, 2}}
	for _, n := range more() {
		runs = append(runs, run{n, urlLength, 4})
	}
	for _, r := range runs {
		t.Run(fmt.Sprintf("%d URLs of %d bytes", r.mappings, r.length), func(t *testing.T) {
			budget := int64(r.mappings * (220 + r.length))
			before := live()
			c, err := cache.New(cache.Options{Bytes: budget})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			check := func(least, leastOwn float64) {
				t.Helper()
				took, own := float64(live()-before)/float64(budget), float64(c.Bytes())/float64(budget)
				t.Logf("%d mappings: %.3f of the budget, and says %.3f", c.Mappings(), took, own)
				if took < least || took > 1.1 || own < leastOwn || own > 1.001 || math.Abs(took-own) > 0.1 {
					t.Errorf("takes %.3f of the budget, and says %.3f", took, own)
				}
			}
			fill(c, 0, r.mappings/2, r.length)
			check(0.4, 0.4)
			for n := r.mappings; n <= r.times*r.mappings; n *= 2 {
				fill(c, n/2, n, r.length)
				check(0.9, 0.95)
			}
			runtime.KeepAlive(c)
		})
	}
}

// BenchmarkMappings tells what a mapping takes in memory.
func BenchmarkMappings(b *testing.B) {
	for _, n := range append([]int{100_000, 300_000, 1_000_000}, more()...) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				c, err := cache.New(cache.Options{Bytes: max(1<<30, int64(n)*320)})
				if err != nil {
					b.Fatal(err)
				}
				own, before := c.Bytes(), live()
				fill(c, 0, n, urlLength)
				b.ReportMetric(float64(live()-before)/float64(n), "B/mapping")
				b.ReportMetric(float64(c.Bytes()-own)/float64(n), "own-B/mapping")
				c.Close()
			}
		})
	}
}
