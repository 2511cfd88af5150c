package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
)

// message puts a dead message into a webhook.
func (f *fixture) message(webhook, id string) {
	f.t.Helper()
	now := time.Now().UnixMilli()
	err := f.store.AddMessages(f.t.Context(), []webhooks.Message{{
		Webhook: webhook, ID: id, Event: webhooks.LinkCreated, Body: `{"type":"link.created"}`, Status: webhooks.Dead,
		Attempts: 9, CreatedAt: now, SettledAt: now, Problem: "answered 500",
	}})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestWebhooks(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	made := f.do("POST", "/api/v1/webhooks", `{"url":"https://example.com/hook","events":["link.clicks","link.blocked"],"code":"mine","threshold":1000}`)
	made.want(t, 201, "", "")
	secret, id := fmt.Sprint(made.json["secret"]), fmt.Sprint(made.json["id"])
	if !strings.HasPrefix(secret, "whsec_") || made.json["workspace"] != "default" || made.json["domain"] != "go.example" || made.json["code"] != "mine" || made.json["threshold"] != 1000.0 {
		t.Errorf("made %s", made.body)
	}
	if listed := f.do("GET", "/api/v1/webhooks?workspace=default", ""); !strings.Contains(listed.body, id) || strings.Contains(listed.body, secret) {
		t.Errorf("listed %s", listed.body)
	}
	if other := f.do("GET", "/api/v1/webhooks?workspace=shop", ""); strings.Contains(other.body, id) {
		t.Errorf("listed for another workspace: %s", other.body)
	}
	if strings.Contains(f.do("GET", "/api/v1/audit", "").body, secret) || strings.Contains(f.logs.String(), secret) {
		t.Error("the secret is in the audit, or in the log")
	}

	f.message(id, "msg_1")
	deliveries := "/api/v1/webhooks/" + id + "/deliveries"
	if dead := f.do("GET", deliveries+"?status=dead", ""); !strings.Contains(dead.body, `"msg_1"`) || !strings.Contains(dead.body, `"answered 500"`) {
		t.Errorf("dead: %s", dead.body)
	}
	f.do("POST", deliveries+"/msg_1/redeliver", "").want(t, 202, "", "")
	if pending := f.do("GET", deliveries+"?status=pending", ""); !strings.Contains(pending.body, `"msg_1"`) || strings.Contains(pending.body, `"next_attempt_at":null`) {
		t.Errorf("pending: %s", pending.body)
	}
	f.do("POST", deliveries+"/none/redeliver", "").want(t, 404, "not_found", "")
	f.do("DELETE", "/api/v1/webhooks/%00", "").want(t, 422, "invalid_request", "id")
	f.do("GET", deliveries+"?status=eaten", "").want(t, 422, "invalid_request", "status")
	f.do("DELETE", "/api/v1/webhooks/"+id, "").want(t, 204, "", "")
	f.do("DELETE", "/api/v1/webhooks/"+id, "").want(t, 404, "not_found", "")
	f.do("GET", deliveries, "").want(t, 404, "not_found", "")
}

func TestWebhooksRefused(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	for body, field := range map[string]string{
		`{"url":"http://example.com/","events":["link.created"]}`:                     "url",
		`{"url":"https://example.com/","events":[]}`:                                  "events",
		`{"url":"https://example.com/","events":["link.eaten"]}`:                      "events",
		`{"url":"https://example.com/","events":["link.clicks"],"code":"mine"}`:       "threshold",
		`{"url":"https://example.com/","events":["link.created"],"workspace":"none"}`: "workspace",
	} {
		f.do("POST", "/api/v1/webhooks", body).want(t, 422, "invalid_request", field)
	}
	f.do("POST", "/api/v1/workspaces", `{"id":"shop","name":"Shop"}`).want(t, 201, "", "")
	for _, link := range []string{`"domain":"theirs.example","code":"mine"`, `"code":"none"`, `"code":"mine","workspace":"shop"`} {
		f.do("POST", "/api/v1/webhooks", `{"url":"https://example.com/","events":["link.clicks"],"threshold":1,`+link+`}`).want(t, 404, "not_found", "")
	}
}
