package api_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestExamplesWork sends each body that the description shows, as it stands.
func TestExamplesWork(t *testing.T) {
	f := start(t)
	var spec struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct{ Example json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal([]byte(f.do("GET", "/openapi.json", "").body), &spec); err != nil {
		t.Fatal(err)
	}
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	sent := 0
	for path, methods := range spec.Paths {
		for method, op := range methods {
			body := op.RequestBody.Content["application/json"].Example
			route, ok := routes[method+" "+path]
			if !ok {
				route = governance[method+" "+path]
			}
			if body != nil {
				sent++
				f.do(strings.ToUpper(method), f.placed(route.path), string(body)).want(t, route.status, "", "")
			}
		}
	}
	if sent < 9 {
		t.Errorf("only %d examples are shown", sent)
	}
}
