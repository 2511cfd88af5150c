package clicks_test

import "testing"

func TestRecordDoesNotAllocate(t *testing.T) {
	r := newRecorder(t, newBooks(nil), nil)
	// Full buffers are added up inline: into a row that exists, without allocating.
	r.Record("a.example", "code", 0)
	if n := testing.AllocsPerRun(10_000, func() { r.Record("a.example", "code", 0) }); n != 0 {
		t.Errorf("%v allocations in each click", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	r := newRecorder(b, newBooks(nil), nil)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r.Record("a.example", "code", 0)
		}
	})
}
