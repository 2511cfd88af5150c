package api_test

import (
	"strings"
	"testing"
)

// What is wrong is said in words that help who wrote it, not in those of the
// libraries that noticed.
func TestWordsOfRefusals(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	for name, c := range map[string]struct{ method, path, body, want string }{
		"time in a body":     {"POST", "/api/v1/urls", `{"long_url":"https://example.com/","expires_at":"tomorrow"}`, "expires_at must be a time such as 2026-11-22T18:00:00Z"},
		"time in an address": {"GET", "/api/v1/urls/mine/stats?from=2026-11-01", "", "from must be a time such as 2026-11-22T18:00:00Z"},
		"one of some":        {"GET", "/api/v1/urls/mine/stats?bucket=week", "", "bucket must be one of minute, hour, day"},
		"scopes":             {"POST", "/api/v1/keys", `{"scopes":["all"]}`, "scopes may hold only urls:read, urls:write, stats:read, admin"},
		"role":               {"POST", "/api/v1/users", `{"email":"a@example.com","role":"boss"}`, "role must be one of viewer, editor, admin"},
	} {
		t.Run(name, func(t *testing.T) {
			a := f.do(c.method, c.path, c.body)
			a.want(t, 422, "invalid_request", strings.Fields(c.want)[0])
			if a.json["detail"] != c.want {
				t.Errorf("%v, want %s", a.json["detail"], c.want)
			}
		})
	}
}

// What is missing is named.
func TestWordsOfWhatIsMissing(t *testing.T) {
	f := start(t)
	for call, thing := range map[string]string{
		"GET /api/v1/urls/none":                                 "link",
		"GET /api/v1/domains/none.example":                      "domain",
		"GET /api/v1/keys/none":                                 "key",
		"DELETE /api/v1/keys/none":                              "key",
		"GET /api/v1/users/none":                                "user",
		"DELETE /api/v1/users/none":                             "user",
		"GET /api/v1/workspaces/none":                           "workspace",
		"DELETE /api/v1/webhooks/none":                          "webhook",
		"GET /api/v1/webhooks/none/deliveries":                  "webhook",
		"POST /api/v1/webhooks/none/deliveries/msg_1/redeliver": "message of this webhook",
	} {
		t.Run(call, func(t *testing.T) {
			method, path, _ := strings.Cut(call, " ")
			a := f.do(method, path, "")
			a.want(t, 404, "not_found", "")
			if want := "there is no such " + thing; a.json["detail"] != want {
				t.Errorf("%v, want %s", a.json["detail"], want)
			}
		})
	}
}
