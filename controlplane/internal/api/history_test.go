package api_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"
)

func TestHistory(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/1","alias":"mine","title":"T"}`).want(t, 201, "", "")
	f.do("PATCH", "/api/v1/urls/mine", `{"long_url":"https://example.com/2","expires_at":"2099-01-01T00:00:00Z"}`).want(t, 200, "", "")
	f.do("DELETE", "/api/v1/urls/mine", "").want(t, 204, "", "")
	items := f.do("GET", "/api/v1/urls/mine/history", "").items(t)
	var changes []string
	for _, item := range items {
		changes = append(changes, fmt.Sprintf("%v %v", item["version"], item["changes"]))
	}
	want := `[3 [map[field:status new:deleted old:active]] ` +
		`2 [map[field:long_url new:https://example.com/2 old:https://example.com/1] map[field:expires_at new:2099-01-01T00:00:00Z old:<nil>]] 1 []]`
	if fmt.Sprint(changes) != want {
		t.Errorf("history\n%v, want\n%v", changes, want)
	}
	if by := items[0]["by"]; by == "" || by != items[2]["by"] {
		t.Errorf("by %v", by)
	}
	for _, item := range items {
		then := item["url"].(map[string]any)
		if then["clicks"] != nil || then["revision"] != nil {
			t.Errorf("a version tells of today: %v", then)
		}
	}
	page := f.do("GET", "/api/v1/urls/mine/history?limit=2", "")
	next, _ := page.json["next_cursor"].(string)
	if len(page.items(t)) != 2 || next == "" {
		t.Errorf("first page %s", page.body)
	}
	last := f.do("GET", "/api/v1/urls/mine/history?limit=2&cursor="+next, "")
	if rest := last.items(t); len(rest) != 1 || rest[0]["version"] != 1.0 || last.json["next_cursor"] != nil {
		t.Errorf("last page %s", last.body)
	}
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"else"}`).want(t, 201, "", "")
	for place, address := range map[string]string{"forged": "mine/history?cursor=" + "A" + next[1:], "another link's": "else/history?cursor=" + next} {
		t.Run("cursor "+place, func(t *testing.T) {
			f.do("GET", "/api/v1/urls/"+address, "").want(t, 422, "invalid_request", "cursor")
		})
	}
	f.do("GET", "/api/v1/urls/none/history", "").want(t, 404, "not_found", "")
}

func TestRollback(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/1","alias":"mine","tags":["a"]}`).want(t, 201, "", "")
	f.do("PATCH", "/api/v1/urls/mine", `{"long_url":"https://example.com/2","tags":["b"]}`).want(t, 200, "", "")
	f.do("POST", "/api/v1/urls/mine/rollback", `{"version":1}`, "If-Match", `"1"`).want(t, 412, "precondition_failed", "")
	back := f.do("POST", "/api/v1/urls/mine/rollback", `{"version":1}`, "If-Match", `"2"`)
	back.want(t, 200, "", "")
	if back.json["long_url"] != "https://example.com/1" || fmt.Sprint(back.json["tags"]) != "[a]" || back.json["version"] != 3.0 || back.header.Get("ETag") != `"3"` {
		t.Errorf("back to %s", back.body)
	}
	for _, none := range []string{"0", "9"} {
		f.do("POST", "/api/v1/urls/mine/rollback", `{"version":`+none+`}`).want(t, 422, "invalid_request", "version")
	}
	f.do("DELETE", "/api/v1/urls/mine", "").want(t, 204, "", "")
	f.do("POST", "/api/v1/urls/mine/rollback", `{"version":4}`).want(t, 422, "invalid_request", "version")
	alive := f.do("POST", "/api/v1/urls/mine/rollback", `{"version":2}`)
	alive.want(t, 200, "", "")
	if alive.json["version"] != 5.0 || alive.json["status"] != "active" {
		t.Errorf("brought back as %s", alive.body)
	}
	if found := f.do("GET", "/api/v1/urls?tag=b", "").codes(t); len(found) != 1 {
		t.Errorf("found by its tag: %v", found)
	}
}

func TestAt(t *testing.T) {
	f := start(t)
	made := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/1","alias":"mine"}`)
	changed := made
	for changed.json["updated_at"] == made.json["updated_at"] { // until the clock has moved on
		f.do("PATCH", "/api/v1/urls/mine", `{"long_url":"https://example.com/1"}`).want(t, 200, "", "")
		changed = f.do("PATCH", "/api/v1/urls/mine", `{"long_url":"https://example.com/2"}`)
	}
	at := func(when string) answer { return f.do("GET", "/api/v1/urls/mine?at="+url.QueryEscape(when), "") }
	if then := at(made.json["updated_at"].(string)); then.json["long_url"] == nil || then.json["clicks"] != nil || then.json["revision"] != nil {
		t.Errorf("then %s", then.body)
	}
	if now := at(changed.json["updated_at"].(string)); now.json["long_url"] != "https://example.com/2" {
		t.Errorf("now %s", now.body)
	}
	at("2020-01-01T00:00:00Z").want(t, 404, "not_found", "")
	at("yesterday").want(t, 422, "invalid_request", "at")
}

func TestRename(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/1","alias":"before"}`).want(t, 201, "", "")
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/1","alias":"taken"}`).want(t, 201, "", "")
	f.do("PATCH", "/api/v1/urls/before", `{"alias":"taken"}`).want(t, 409, "taken", "alias")
	renamed := f.do("PATCH", "/api/v1/urls/before", `{"alias":"after","title":"T"}`)
	renamed.want(t, 200, "", "")
	if renamed.json["code"] != "after" || renamed.json["title"] != "T" || renamed.json["version"] != 2.0 {
		t.Errorf("renamed to %s", renamed.body)
	}
	f.do("GET", "/api/v1/urls/before", "").want(t, 404, "not_found", "")
	f.do("GET", "/api/v1/urls/after", "").want(t, 200, "", "")
	f.do("PATCH", "/api/v1/urls/after", `{"alias":"after"}`).want(t, 200, "", "")
}

func TestResolve(t *testing.T) {
	f := start(t)
	for alias, rest := range map[string]string{
		"plain": `"redirect":307`, "query": `"forward_query":true`, "later": `"starts_at":"2099-01-01T00:00:00Z"`,
		"over": `"ttl":60,"expired_url":"https://example.com/over"`, "off": `"title":""`, "bad": `"title":""`, "gone": `"title":""`,
	} {
		f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/a#b","alias":"`+alias+`x",`+rest+`}`).want(t, 201, "", "")
	}
	f.do("PATCH", "/api/v1/urls/offx", `{"status":"disabled"}`).want(t, 200, "", "")
	f.do("PATCH", "/api/v1/urls/badx", `{"status":"blocked"}`).want(t, 200, "", "")
	f.do("DELETE", "/api/v1/urls/gonex", "").want(t, 204, "", "")
	soon := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for name, c := range map[string]struct{ body, want string }{
		"active":           {`{"url":"https://go.example/plainx?a=b"}`, "307 https://example.com/a#b active"},
		"query":            {`{"url":"https://GO.example:8000/queryx?a=%20b#c"}`, "302 https://example.com/a?a=%20b#b active"},
		"default domain":   {`{"url":"/plainx"}`, "307 https://example.com/a#b active"},
		"not started":      {`{"url":"/laterx"}`, "404 <nil> not_started"},
		"started":          {`{"url":"/laterx","at":"2099-01-01T00:00:00Z"}`, "302 https://example.com/a#b active"},
		"not yet expired":  {`{"url":"/overx"}`, "302 https://example.com/a#b active"},
		"expired":          {`{"url":"/overx","at":"` + soon + `"}`, "302 https://example.com/over expired"},
		"disabled":         {`{"url":"/offx"}`, "410 <nil> disabled"},
		"blocked":          {`{"url":"/badx"}`, "451 <nil> blocked"},
		"deleted":          {`{"url":"/gonex"}`, "410 <nil> deleted"},
		"unknown":          {`{"url":"/nonex"}`, "404 <nil> unknown_code"},
		"before its time":  {`{"url":"/plainx","at":"2020-01-01T00:00:00Z"}`, "404 <nil> unknown_code"},
		"unknown host":     {`{"url":"https://evil.example/plainx"}`, "421 <nil> unknown_host"},
		"no code":          {`{"url":"/a/b"}`, "404 <nil> malformed_path"},
		"escaped spelling": {`{"url":"/%70lainx"}`, "404 <nil> malformed_path"},
	} {
		t.Run(name, func(t *testing.T) {
			a := f.do("POST", "/api/v1/resolve", c.body)
			a.want(t, 200, "", "")
			if got := fmt.Sprint(a.json["status"], " ", a.json["location"], " ", a.json["reason"]); got != c.want {
				t.Errorf("answered %q, want %q: %s", got, c.want, a.body)
			}
		})
	}
	f.do("POST", "/api/v1/resolve", `{"url":"go.example/x"}`).want(t, 422, "invalid_request", "url")
}
