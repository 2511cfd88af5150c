package api_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/api"
)

// entries reads a page of the audit, the newest first.
func (f *fixture) entries(query string) (list []map[string]any) {
	f.t.Helper()
	a := f.do("GET", "/api/v1/audit"+query, "")
	a.want(f.t, 200, "", "")
	for _, e := range a.json["items"].([]any) {
		list = append(list, e.(map[string]any))
	}
	return list
}

// A11: X-Forwarded-For says where a request comes from if a trusted proxy wrote it.
func TestA11Client(t *testing.T) {
	for name, c := range map[string]struct{ trusted, forwarded, want string }{
		"nobody is trusted":         {"192.0.2.0/24", "198.51.100.9", "127.0.0.1"},
		"by a proxy":                {"127.0.0.0/8", "198.51.100.9", "198.51.100.9"},
		"made up in front of it":    {"127.0.0.0/8", "203.0.113.5, 198.51.100.9", "198.51.100.9"},
		"a proxy that says nothing": {"127.0.0.0/8", "", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			f := startWith(t, func(o *api.Options) { o.Trusted = []netip.Prefix{netip.MustParsePrefix(c.trusted)} })
			f.do("POST", "/api/v1/urls", created, "X-Forwarded-For", c.forwarded).want(t, 201, "", "")
			if e := f.entries("")[0]; e["address"] != c.want {
				t.Errorf("audited from %v, want %s", e["address"], c.want)
			}
		})
	}
}

// TestAudit: every change leaves one entry, which says who made it and how it
// was before and after; what was refused, and what only reads, leaves none.
func TestAudit(t *testing.T) {
	f := start(t)
	const at = "/api/v1/urls/mine"
	for _, c := range []struct {
		method, path, body, action, subject string
		before, after                       bool
	}{
		{"POST", "/api/v1/urls", `{"long_url":"https://example.com/1","alias":"mine"}`, "link.create", "link go.example/mine", false, true},
		{"PATCH", at, `{"long_url":"https://example.com/2"}`, "link.update", "link go.example/mine", true, true},
		{"DELETE", at, "", "link.delete", "link go.example/mine", true, false},
		{"POST", "/api/v1/urls", `{"long_url":"https://example.com/3","alias":"mine"}`, "link.create", "link go.example/mine", false, true},
		{"POST", "/api/v1/urls/bulk", `{"items":[{"long_url":"https://example.com/4","alias":"many"}]}`, "link.create", "link go.example/many", false, true},
		{"POST", "/api/v1/workspaces", `{"id":"shop"}`, "workspace.create", "workspace shop", false, true},
		{"POST", "/api/v1/domains", `{"name":"x.example"}`, "domain.create", "domain x.example", false, true},
		{"PATCH", "/api/v1/domains/x.example", `{"strict":true}`, "domain.update", "domain x.example", true, true},
		{"DELETE", "/api/v1/domains/x.example", "", "domain.remove", "domain x.example", true, false},
		{"POST", "/api/v1/users", `{"email":"a@example.com"}`, "user.create", "user ", false, true},
		{"POST", "/api/v1/keys", `{"scopes":["urls:read"]}`, "key.create", "key ", false, true},
	} {
		before := len(f.entries(""))
		f.do(c.method, c.path, c.body, "X-Forwarded-For", "198.51.100.1")
		list := f.entries("")
		e := list[0]
		if len(list) != before+1 || e["action"] != c.action || !strings.HasPrefix(e["subject"].(string), c.subject) ||
			(e["before"] != nil) != c.before || (e["after"] != nil) != c.after || e["address"] != "127.0.0.1" || e["key_id"] == "" || e["user_id"] == "" {
			t.Errorf("%s %s left %d entries, the last %v", c.method, c.path, len(list)-before, e)
		}
	}
	all := len(f.entries(""))
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 409, "taken", "alias")
	f.do("PATCH", at, `{"title":"x"}`, "If-Match", `"9"`).want(t, 412, "precondition_failed", "")
	f.do("GET", at, "").want(t, 200, "", "")
	if now := len(f.entries("")); now != all {
		t.Errorf("%d entries for nothing", now-all)
	}
	update := f.entries("?action=link.update&subject=link+go.example/mine")
	if len(update) != 1 || fmt.Sprint(update[0]["before"].(map[string]any)["long_url"], " ", update[0]["after"].(map[string]any)["long_url"]) != "https://example.com/1 https://example.com/2" {
		t.Errorf("the update: %v", update)
	}
	f.do("PATCH", at, `{"expires_at":"2099-01-01T01:00:00+01:00"}`).want(t, 200, "", "")
	bounded := f.entries("?action=link.update&subject=link+go.example/mine")[0]["after"].(map[string]any)
	if made, _ := bounded["created_at"].(string); bounded["expires_at"] != "2099-01-01T00:00:00Z" || !strings.HasSuffix(made, "Z") || bounded["status"] != "active" {
		t.Errorf("not as the API writes a link: %v", bounded)
	}
	all++
	if text, _ := json.Marshal(f.entries("")); strings.Contains(string(text), canary) || strings.Contains(string(text), "hash") {
		t.Errorf("a key is in the audit: %s", text)
	}
	seen := 0
	for query := "?limit=4"; query != ""; {
		a := f.do("GET", "/api/v1/audit"+query, "")
		seen += len(a.json["items"].([]any))
		query = ""
		if next, more := a.json["next_cursor"].(string); more {
			query = "?limit=4&cursor=" + next
		}
	}
	if seen != all {
		t.Errorf("%d entries by page, %d at once", seen, all)
	}
}
