package clicks_test

import (
	"testing"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
)

func TestRecordDoesNotAllocate(t *testing.T) {
	r := newRecorder(t, newBooks(nil), nil)
	// Full buffers are added up inline: into a row that exists, without allocating.
	r.Record(clicks.Click{Domain: "a.example", Code: "code"})
	if n := testing.AllocsPerRun(10_000, func() { r.Record(clicks.Click{Domain: "a.example", Code: "code"}) }); n != 0 {
		t.Errorf("%v allocations in each click", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	r := newRecorder(b, newBooks(nil), nil)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r.Record(clicks.Click{Domain: "a.example", Code: "code"})
		}
	})
}
