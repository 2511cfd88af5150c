package store_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/idempotency"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// TestF8NamedCutAtCommit: a create with an Idempotency-Key whose connection is
// cut at the commit is answered as what it was, within the request, and happens
// once however often it is sent.
func TestF8NamedCutAtCommit(t *testing.T) {
	for _, tc := range commitCases {
		t.Run(tc.name, func(t *testing.T) {
			p, behind, direct := onCut(t)
			keeper, err := idempotency.New(behind, slog.New(slog.DiscardHandler), nil)
			if err != nil {
				t.Fatal(err)
			}
			sealer, err := idempotency.NewSealer("fp_an_api_key")
			if err != nil {
				t.Fatal(err)
			}
			request := idempotency.Request{
				Name: idempotency.Name{KeyID: "k", Hash: [32]byte{1}}, Sealer: sealer,
				Run: func(ctx context.Context) *idempotency.Answer {
					key := link.Key{Domain: "d", Code: "abc"}
					l := &links.Link{Link: link.Link{Key: key, URL: "https://example.org", Status: link.Active, Redirect: 302}}
					if err := behind.CreateLink(ctx, l); err != nil {
						return &idempotency.Answer{Status: http.StatusServiceUnavailable}
					}
					return &idempotency.Answer{Status: http.StatusCreated}
				},
				Rebuild: func(_ context.Context, subject string) (*idempotency.Answer, error) {
					if subject != "link d/abc" {
						t.Errorf("subject %q", subject)
					}
					return &idempotency.Answer{Status: http.StatusCreated}, nil
				},
			}
			do := func() int {
				t.Helper()
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				answer, err := keeper.Do(ctx, request)
				if err != nil {
					t.Fatal(err)
				}
				return answer.Status
			}
			p.cutAt("commit", tc.fate)
			first := http.StatusServiceUnavailable // it did not happen, and that is what it says
			if tc.times == 1 {
				first = http.StatusCreated
			}
			for i, want := range []int{first, http.StatusCreated, http.StatusCreated} {
				if got := do(); got != want {
					t.Errorf("attempt %d: %d, want %d", i+1, got, want)
				}
			}
			if pending, err := direct.PendingChanges(t.Context()); pending != 1 || err != nil || p.cuts.Load() != 1 {
				t.Errorf("it happened %d times (%v), with %d cuts", pending, err, p.cuts.Load())
			}
		})
	}
}
