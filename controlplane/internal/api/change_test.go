package api_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
)

func TestChange(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine","title":"T","tags":["x"],"ttl":60,"expired_url":"https://example.com/over"}`).want(t, 201, "", "")
	for _, c := range []struct {
		name, body, field string
		want              any
	}{
		{"target", `{"long_url":"https://example.com/new"}`, "long_url", "https://example.com/new"},
		{"status", `{"status":"blocked"}`, "status", "blocked"},
		{"title to null", `{"title":null}`, "title", ""},
		{"tags to null", `{"tags":null}`, "tags", []any{}},
		{"expired_url to null", `{"expired_url":null}`, "expired_url", nil},
		{"expires_at to null", `{"expires_at":null}`, "expires_at", nil},
		{"start", `{"starts_at":"2030-01-01T00:00:00Z"}`, "starts_at", "2030-01-01T00:00:00Z"},
		{"redirect", `{"redirect":308}`, "redirect", 308.0},
		{"redirect to null", `{"redirect":null}`, "redirect", 302.0},
		{"query", `{"forward_query":true}`, "forward_query", true},
		{"query to null", `{"forward_query":null}`, "forward_query", false},
		{"strict", `{"strict":true}`, "strict", true},
		{"strict to null", `{"strict":null}`, "strict", false},
		{"nothing", `{}`, "title", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := f.do("PATCH", "/api/v1/urls/mine", c.body)
			a.want(t, http.StatusOK, "", "")
			if fmt.Sprint(a.json[c.field]) != fmt.Sprint(c.want) {
				t.Errorf("%s is %v, want %v", c.field, a.json[c.field], c.want)
			}
			if want := fmt.Sprintf(`"%v"`, a.json["version"]); a.header.Get("ETag") != want {
				t.Errorf("ETag %s, want %s", a.header.Get("ETag"), want)
			}
		})
	}
	for name, c := range map[string]struct{ body, field string }{
		"A4 rename":     {`{"alias":"api"}`, "alias"},
		"null alias":    {`{"alias":null}`, "alias"},
		"deleted":       {`{"status":"deleted"}`, "status"},
		"unknown state": {`{"status":"x"}`, "status"},
		"null target":   {`{"long_url":null}`, "long_url"},
		"null status":   {`{"status":null}`, "status"},
		"redirect of 0": {`{"redirect":0}`, "redirect"},
		"A3 loop":       {`{"long_url":"https://go.example/mine"}`, "long_url"},
		"A7 unknown":    {`{"code":"x"}`, "code"},
		"A9 both":       {`{"ttl":5,"expires_at":"2099-01-01T00:00:00Z"}`, "ttl"},
		"A9 and null":   {`{"ttl":5,"expires_at":null}`, "ttl"},
		"A9 null and":   {`{"ttl":null,"expires_at":"2099-01-01T00:00:00Z"}`, "ttl"},
		"A9 both null":  {`{"ttl":null,"expires_at":null}`, "ttl"},
		"type":          {`{"strict":"yes"}`, "strict"},
	} {
		t.Run(name, func(t *testing.T) {
			f.do("PATCH", "/api/v1/urls/mine", c.body).want(t, http.StatusUnprocessableEntity, "invalid_request", c.field)
		})
	}
}

// TestNothingChanged: a change to what a link is already writes nothing, and
// answers with the link. If-Match is asked first.
func TestNothingChanged(t *testing.T) {
	f := start(t)
	const at = "/api/v1/urls/mine"
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine","title":"T","expires_at":"2099-01-01T00:00:00Z"}`).want(t, 201, "", "")
	state := func() string {
		pending, err := f.store.PendingChanges(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(f.do("GET", at, "").body, len(f.do("GET", at+"/history", "").items(t)), len(f.entries("")), pending)
	}
	other := f.do("POST", "/api/v1/keys", `{"scopes":["urls:write"]}`).json["key"].(string)
	before := state()
	for name, c := range map[string]struct{ method, path, body string }{
		"no field":        {"PATCH", at, `{}`},
		"as it is":        {"PATCH", at, `{"long_url":"https://example.com/","title":"T","tags":[],"status":"active","redirect":302,"strict":false}`},
		"cleared already": {"PATCH", at, `{"note":null,"tags":null,"starts_at":null,"expired_url":null}`},
		"time in a zone":  {"PATCH", at, `{"expires_at":"2099-01-01T01:00:00+01:00"}`},
		"its own code":    {"PATCH", at, `{"alias":"mine"}`},
		"waiting":         {"PATCH", at + "?wait=edges", `{}`},
		"rollback":        {"POST", at + "/rollback", `{"version":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			a := f.do(c.method, c.path, c.body, "If-Match", `"1"`, "Authorization", "Bearer "+other)
			a.want(t, http.StatusOK, "", "")
			if a.json["version"] != 1.0 || a.header.Get("ETag") != `"1"` {
				t.Errorf("answered %s with ETag %s", a.body, a.header.Get("ETag"))
			}
			f.do(c.method, c.path, c.body, "If-Match", `"9"`).want(t, http.StatusPreconditionFailed, "precondition_failed", "")
			if after := state(); after != before {
				t.Errorf("it was\n%s, and is\n%s", before, after)
			}
		})
	}
}

func TestDelete(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	f.do("DELETE", "/api/v1/urls/mine", "", "If-Match", `"9"`).want(t, 412, "precondition_failed", "")
	f.do("DELETE", "/api/v1/urls/mine", "").want(t, 204, "", "")
	f.do("DELETE", "/api/v1/urls/mine", "").want(t, 404, "not_found", "")
	f.do("GET", "/api/v1/urls/mine", "").want(t, 404, "not_found", "")
	f.do("PATCH", "/api/v1/urls/mine", `{"title":"x"}`).want(t, 404, "not_found", "")
	other := f.key(access.WriteURLs)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, "Authorization", "Bearer "+other).want(t, 409, "taken", "alias")
	again := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`)
	again.want(t, 201, "", "")
	if again.json["version"] != 3.0 {
		t.Errorf("version %v, want 3: versions rise across a deletion", again.json["version"])
	}
}

func TestIfMatch(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	for _, c := range []struct {
		header string
		status int
	}{
		{`"1"`, 200}, {`"1"`, 412}, {`*`, 200}, {`"7", "3"`, 200}, {`W/"4"`, 412}, {`4`, 412}, {`"04"`, 412}, {`nonsense`, 412}, {`"4"`, 200},
	} {
		t.Run(c.header, func(t *testing.T) {
			f.do("PATCH", "/api/v1/urls/mine", fmt.Sprintf(`{"title":%q}`, rand.Text()), "If-Match", c.header).want(t, c.status, "precondition_failed", "")
		})
	}
}

func TestA6OneEditWins(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	statuses := make(chan int, 100)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			statuses <- f.do("PATCH", "/api/v1/urls/mine", fmt.Sprintf(`{"title":"%d"}`, i), "If-Match", `"1"`).status
		})
	}
	all.Wait()
	close(statuses)
	count := make(map[int]int)
	for status := range statuses {
		count[status]++
	}
	if count[200] != 1 || count[412] != 99 {
		t.Errorf("statuses %v, want one 200 and 99 × 412", count)
	}
	if read := f.do("GET", "/api/v1/urls/mine", ""); read.json["version"] != 2.0 {
		t.Errorf("version %v, want 2", read.json["version"])
	}
}
