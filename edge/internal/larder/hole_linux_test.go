package larder_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/larder"
	"github.com/fingerpost/fingerpost/sync/link"
)

// F13: an edge that starts with nothing does not read what is not there. All of
// this larder would take minutes.
func TestF13WalkOfAHole(t *testing.T) {
	o := options(t.TempDir())
	o.Bytes = 256 << 30
	l, _ := open(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if got := walked(ctx, l); len(got) > 0 || ctx.Err() != nil {
		t.Errorf("%v in an empty larder, %v", got, ctx.Err())
	}
}

func walked(ctx context.Context, l *larder.Larder) (keys []link.Key) {
	l.Walk(ctx, func(k link.Key) { keys = append(keys, k) })
	return keys
}

// What stands between holes is walked, in the first page and in the last.
func TestWalkBetweenHoles(t *testing.T) {
	o := options(t.TempDir())
	l, end := open(t, o)
	var want []string
	for n := range 20 { // in 64 pages
		l.Keep(version(n, 1), l.Epoch(), now)
		want = append(want, key(n).Code)
	}
	end()
	l, _ = open(t, o)
	var got []string
	for _, k := range walked(t.Context(), l) {
		got = append(got, k.Code)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("walked %d of %d links", len(got), len(want))
	}
}
