package clicks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/clicks"
)

// Two edges with one id that started in the same millisecond: the second one's
// clicks are refused, set aside and alarmed; it goes on under another number.
func TestTwoEdgesOneID(t *testing.T) {
	start := time.Now()
	b := newBooks(func() fault { return none })
	folder := [2]string{t.TempDir(), t.TempDir()}
	var edges [2]*clicks.Recorder
	for i := range edges {
		edges[i] = newRecorder(t, b, func(o *clicks.Options) { o.Data, o.Now = folder[i], func() time.Time { return start } })
		edges[i].Start()
	}
	edges[0].Record(clicks.Click{Domain: "a.example", Code: "first", At: 60_000})
	until(t, "the first one's click is booked", func() bool { return b.total() == 1 })
	edges[1].Record(clicks.Click{Domain: "a.example", Code: "aside", At: 60_000})
	aside := fmt.Sprint("conflict-", start.UnixMilli())
	until(t, "the second one's is set aside", func() bool { return slices.Contains(folders(t, folder[1]), aside) })
	if n := metric(t, edges[1], "fingerpost_edge_spool_conflicts_total"); n != 1 {
		t.Errorf("%d conflicts are counted", n)
	}
	edges[1].Record(clicks.Click{Domain: "a.example", Code: "second", At: 60_000})
	until(t, "the second one goes on", func() bool { return b.total() == 2 })
	for _, r := range edges {
		stop(t, r)
	}
	if b.counted["a.example/first 1"] != 1 || b.counted["a.example/second 1"] != 1 {
		t.Errorf("booked: %v", b.counted)
	}
	if left := folders(t, folder[1]); len(left) != 1 || left[0] != aside {
		t.Errorf("set aside: %v", left)
	}
}

// folders lists what there is in a spool.
func folders(t *testing.T, data string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(data, "spool"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}
