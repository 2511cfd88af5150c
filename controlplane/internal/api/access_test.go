package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
)

// tableRow is what is expected of one call.
type tableRow struct {
	path, body string
	scope      access.Scope
	status     int  // for the owner
	owned      bool // another tenant gets 404
}

// routes is every call of the API: what it needs, an example that works on a
// link "mine", and whether it is about one owner's things.
var routes = map[string]tableRow{
	"post /api/v1/urls":                 {"/api/v1/urls", `{"long_url":"https://example.com/"}`, access.WriteURLs, 201, false},
	"post /api/v1/urls/bulk":            {"/api/v1/urls/bulk", `{"items":[{"long_url":"https://example.com/"}]}`, access.WriteURLs, 200, false},
	"get /api/v1/urls":                  {"/api/v1/urls", "", access.ReadURLs, 200, false},
	"get /api/v1/users/{uid}/urls":      {"/api/v1/users/OWNER/urls", "", access.ReadURLs, 200, true},
	"get /api/v1/urls/{code}":           {"/api/v1/urls/mine", "", access.ReadURLs, 200, true},
	"patch /api/v1/urls/{code}":         {"/api/v1/urls/mine", `{"title":"x"}`, access.WriteURLs, 200, true},
	"get /api/v1/urls/{code}/history":   {"/api/v1/urls/mine/history", "", access.ReadURLs, 200, true},
	"post /api/v1/urls/{code}/rollback": {"/api/v1/urls/mine/rollback", `{"version":1}`, access.WriteURLs, 200, true},
	"get /api/v1/urls/{code}/qr":        {"/api/v1/urls/mine/qr", "", access.ReadURLs, 200, true},
	"post /api/v1/import":               {"/api/v1/import", "", access.WriteURLs, 200, false},
	"get /api/v1/export":                {"/api/v1/export", "", access.ReadURLs, 200, false},
	"get /api/v1/receipts/{revision}":   {"/api/v1/receipts/1", "", access.ReadURLs, 200, false},
	"get /api/v1/ranges":                {"/api/v1/ranges", "", access.Admin, 200, false},
	"get /api/v1/edges":                 {"/api/v1/edges", "", access.Admin, 200, false},
	"post /api/v1/resolve":              {"/api/v1/resolve", `{"url":"/mine"}`, access.ReadURLs, 200, true},
	"get /api/v1/urls/{code}/stats":     {"/api/v1/urls/mine/stats", "", access.ReadStats, 200, true},
	"get /api/v1/urls/{code}/live":      {"/api/v1/urls/mine/live", "", access.ReadStats, 200, true},
	"get /api/v1/stats":                 {"/api/v1/stats", "", access.ReadStats, 200, false},
	"delete /api/v1/urls/{code}":        {"/api/v1/urls/mine", "", access.WriteURLs, 204, true},
}

// TestA12Routes tries every route with every kind of key. A route that is
// described in OpenAPI and missing above fails it.
func TestA12Routes(t *testing.T) {
	f := start(t)
	for _, name := range described(t, f) {
		route, ok := routes[name]
		if !ok {
			route, ok = governance[name]
		}
		if !ok {
			t.Errorf("%s is not in the table of this test", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			owner := f.key(route.scope, access.WriteURLs)
			made := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, "Authorization", "Bearer "+owner)
			made.want(t, 201, "", "")
			path := strings.ReplaceAll(route.path, "OWNER", made.json["created_by"].(string))
			method := strings.ToUpper(strings.Fields(name)[0])
			try := func(header ...string) answer { return f.do(method, f.placed(path), unique(route.body), header...) }

			try("Authorization", "").want(t, 401, "unauthenticated", "")
			try("Authorization", "Basic eDp5").want(t, 401, "unauthenticated", "")
			wrong := try("Authorization", "Bearer fp_00000000_"+strings.Repeat("0", 40))
			wrong.want(t, 401, "unauthenticated", "")
			if !strings.HasPrefix(wrong.header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("WWW-Authenticate %q", wrong.header.Get("WWW-Authenticate"))
			}
			try("X-Api-Key", "another").want(t, 401, "unauthenticated", "")

			revoked := f.key(route.scope)
			if err := f.access.Revoke(t.Context(), revoked[3:11]); err != nil {
				t.Fatal(err)
			}
			try("Authorization", "Bearer "+revoked).want(t, 401, "unauthenticated", "")

			for _, scope := range access.Scopes() {
				if scope != route.scope && scope != access.Admin {
					try("Authorization", "Bearer "+f.key(scope)).want(t, 403, "forbidden", "")
				}
			}
			stranger := try("Authorization", "Bearer "+f.key(route.scope))
			if !route.owned {
				stranger.want(t, route.status, "", "")
				if strings.Contains(stranger.body, `"mine"`) {
					t.Errorf("another tenant's link is shown: %s", stranger.body)
				}
			} else {
				stranger.want(t, 404, "not_found", "")
				absent := f.do(method, strings.ReplaceAll(strings.ReplaceAll(path, "mine", "none"), "/users/", "/users/x"), route.body, "Authorization", "Bearer "+f.key(route.scope))
				if absent.body != stranger.body {
					t.Errorf("another tenant's thing is told from none:\n%s\n%s", stranger.body, absent.body)
				}
			}
			if method != "DELETE" {
				try().want(t, route.status, "", "") // the admin sees everything
			}
			try("Authorization", "", "X-Api-Key", owner).want(t, route.status, "", "")
		})
	}
}

// described lists the operations of the API's own description, each once.
func described(t *testing.T, f *fixture) []string {
	t.Helper()
	a := f.do("GET", "/openapi.json", "", "Authorization", "")
	var spec struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal([]byte(a.body), &spec); err != nil || !strings.HasPrefix(spec.OpenAPI, "3.1") {
		t.Fatalf("OpenAPI %q: %v", spec.OpenAPI, err)
	}
	var names []string
	for path, operations := range spec.Paths {
		for method := range operations {
			names = append(names, method+" "+path)
		}
	}
	if len(names) < len(routes) {
		t.Errorf("described are only %v", names)
	}
	return names
}

func TestRouter(t *testing.T) {
	f := start(t)
	for name, c := range map[string]struct {
		method, path string
		status       int
		code         string
	}{
		"unknown path":   {"GET", "/nothing", 404, "not_found"},
		"unknown below":  {"GET", "/api/v1/urls/x/nothing", 404, "not_found"},
		"wrong method":   {"PUT", "/api/v1/urls", 405, "method_not_allowed"},
		"wrong code":     {"GET", "/api/v1/urls/a%2Fb", 404, "not_found"},
		"unknown domain": {"GET", "/api/v1/urls/mine?domain=evil.example", 404, "not_found"},
		"unknown query":  {"GET", "/api/v1/urls?lmit=5", 422, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			a := f.do(c.method, c.path, "")
			a.want(t, c.status, c.code, "")
			if c.status == 405 && a.header.Get("Allow") == "" {
				t.Error("no Allow")
			}
		})
	}
}

// TestA13Canary: a key shows in no log and no answer.
func TestA13Canary(t *testing.T) {
	f := start(t)
	for _, a := range []answer{
		f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/"}`),
		f.do("GET", "/api/v1/urls", ""),
		f.do("GET", "/nothing", ""),
		f.do("POST", "/api/v1/urls", `{"api_key":"`+canary+`"}`),
		f.do("POST", "/api/v1/urls", `{"api_key":"`+canary),
		f.do("GET", "/api/v1/urls", "", "X-Api-Key", canary+"x"),
	} {
		if strings.Contains(a.body, canary) {
			t.Errorf("status %d shows the key: %s", a.status, a.body)
		}
	}
	if err := f.store.Close(); err != nil {
		t.Fatal(err)
	}
	f.do("GET", "/api/v1/urls", "")
	if strings.Contains(f.logs.String(), canary) {
		t.Errorf("the log shows the key: %s", f.logs)
	}
}

// TestDatabaseGone: 503 with Retry-After, which says nothing of the cause.
func TestDatabaseGone(t *testing.T) {
	f := start(t)
	key := f.key(access.WriteURLs)
	if err := f.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, presented := range []string{key, canary} {
		a := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/"}`, "Authorization", "Bearer "+presented)
		a.want(t, http.StatusServiceUnavailable, "unavailable", "")
		if a.header.Get("Retry-After") == "" || strings.Contains(a.body, "sql") {
			t.Errorf("headers %v, body %s", a.header, a.body)
		}
	}
}
