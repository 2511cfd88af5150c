package e2e_test

import (
	"net/http"
	"testing"
	"time"

	controlapi "github.com/fingerpost/fingerpost/controlplane/client"
)

// TestResolveTellsWhatAnEdgeAnswers holds POST /resolve to a real edge: the
// control plane decides by code of its own.
func TestResolveTellsWhatAnEdgeAnswers(t *testing.T) {
	s := startStandalone(t, t.TempDir())
	api, err := controlapi.New(controlapi.Options{URL: s.control, Key: adminKey})
	if err != nil {
		t.Fatal(err)
	}
	later, status := time.Now().Add(time.Hour), "disabled"
	blocked := "blocked"
	for _, l := range []controlapi.NewLink{
		{Alias: "plain", LongURL: "https://example.com/a#b", Redirect: 307},
		{Alias: "query", LongURL: "https://example.com/a?x=1#b", ForwardQuery: true},
		{Alias: "query2", LongURL: "https://example.com/a", ForwardQuery: true, Redirect: 301},
		{Alias: "later", LongURL: "https://example.com/", StartsAt: &later},
		{Alias: "over", LongURL: "https://example.com/", TTL: 1},
		{Alias: "over2", LongURL: "https://example.com/", TTL: 1, ExpiredURL: "https://example.com/over"},
		{Alias: "off", LongURL: "https://example.com/"},
		{Alias: "bad", LongURL: "https://example.com/"},
		{Alias: "gone", LongURL: "https://example.com/"},
	} {
		if _, err := api.Create(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	change(t, api, "off", controlapi.Change{Status: &status})
	change(t, api, "bad", controlapi.Change{Status: &blocked})
	if err := api.Delete(t.Context(), "", "gone"); err != nil {
		t.Fatal(err)
	}
	visitor := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, path := range []string{"/plain", "/plain?a=b", "/query?y=%20z&", "/query", "/query2?y", "/later", "/over", "/over2", "/off", "/bad", "/gone", "/none", "/a/b", "/%70lain"} {
		eventually(t, startLimit, "the edge agrees about "+path, func() bool {
			response, err := visitor.Get(s.edges[0] + path)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			r, err := api.Resolve(t.Context(), s.edges[0]+path, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			location := response.Header.Get("Location")
			return r.Status == response.StatusCode && (r.Location == nil && location == "" || r.Location != nil && *r.Location == location)
		})
	}
}

func change(t *testing.T, api *controlapi.Client, code string, c controlapi.Change) {
	t.Helper()
	if _, err := api.Change(t.Context(), "", code, c); err != nil {
		t.Fatal(err)
	}
}
