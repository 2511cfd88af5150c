package api_test

import "testing"

// TestA14CrossSite: a page of another site cannot make a browser change
// anything; programs, which send no such headers, and pages of our own can.
func TestA14CrossSite(t *testing.T) {
	f := start(t)
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		status             int
	}{
		"a form":             {"POST", "/api/v1/urls", created, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"a sibling's page":   {"POST", "/api/v1/urls", created, []string{"Sec-Fetch-Site", "same-site"}, 403},
		"an old browser":     {"POST", "/api/v1/urls", created, []string{"Origin", "https://evil.example"}, 403},
		"a sandbox":          {"DELETE", "/api/v1/urls/x", "", []string{"Origin", "null"}, 403},
		"nowhere":            {"POST", "/nothing", "", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"our own page":       {"POST", "/api/v1/urls", created, []string{"Sec-Fetch-Site", "same-origin"}, 201},
		"our own, and old":   {"POST", "/api/v1/urls", created, []string{"Origin", f.url}, 201},
		"a program":          {"POST", "/api/v1/urls", created, nil, 201},
		"a link on the page": {"GET", "/api/v1/urls", "", []string{"Sec-Fetch-Site", "cross-site"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			f.do(c.method, c.path, c.body, c.header...).want(t, c.status, "cross_site", "")
		})
	}
}
