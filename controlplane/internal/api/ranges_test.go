package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/counter"
)

// TestRanges: every lease is shown once, the newest first, over pages.
func TestRanges(t *testing.T) {
	f := start(t)
	const leases = 7
	for i := range leases {
		shard := counter.Shard{Index: i % 2, First: uint64(i%2) * 1000, End: uint64(i%2)*1000 + 1000}
		if _, err := f.store.LeaseShard(t.Context(), shard, counter.Lease{Writer: fmt.Sprint("w", i), Region: "eu", Length: 7, Size: 10}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	var last time.Time
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		a := f.do("GET", "/api/v1/ranges?limit=3"+cursor, "")
		a.want(t, 200, "", "")
		for _, item := range a.json["items"].([]any) {
			r := item.(map[string]any)
			at, err := time.Parse(time.RFC3339Nano, r["leased_at"].(string))
			if err != nil || !last.IsZero() && at.After(last) || r["region"] != "eu" || r["length"] != 7.0 || r["size"] != 10.0 {
				t.Errorf("lease %v comes behind one of %v", r, last)
			}
			last = at
			seen[r["writer"].(string)] = true
		}
		cursor = ""
		if next, ok := a.json["next_cursor"].(string); ok {
			cursor = "&cursor=" + next
		}
	}
	if len(seen) != leases {
		t.Errorf("the leases of %v are shown, want all %d", seen, leases)
	}
	f.do("GET", "/api/v1/ranges?cursor=AAAA", "").want(t, 422, "invalid_request", "cursor")
}
