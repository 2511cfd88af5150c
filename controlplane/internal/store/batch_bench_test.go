package store_test

import (
	"fmt"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/sync/link"
)

// A transaction of 250 links.
func BenchmarkCreateLinks(b *testing.B) {
	for name, reuse := range map[string]bool{"new": false, "reuse": true} {
		b.Run(name, func(b *testing.B) {
			each(b, func(b *testing.B, s *store.Store) {
				n := 0
				for b.Loop() {
					all := make([]links.Entry, 250)
					for i := range all {
						n++
						all[i] = links.Entry{Reuse: reuse, Link: &links.Link{
							Link: link.Link{
								Key: link.Key{Domain: "go.example", Code: fmt.Sprintf("%07d", n*7919%10_000_000)},
								URL: fmt.Sprintf("https://example.org/a/path/of/usual/length/%d?with=query", n), Status: link.Active, Redirect: 302},
							CreatedBy: "anna", Workspace: "annas", CreatedAt: 1_700_000_000_000 + int64(n), UpdatedAt: 1_700_000_000_000 + int64(n),
						}}
					}
					if _, _, err := s.CreateLinks(b.Context(), all); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(250*float64(b.N)/b.Elapsed().Seconds(), "creates/s")
			})
		})
	}
}
