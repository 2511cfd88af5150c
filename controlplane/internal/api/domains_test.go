package api_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestDomain(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/workspaces", `{"id":"shop"}`).want(t, 201, "", "")
	made := f.do("POST", "/api/v1/domains", `{"name":"Bücher.Example.","aliases":["www.bücher.example","192.0.2.7","2001:DB8::1"],"workspace":"shop",
		"redirect":308,"code_length":9,"unknown_url":"https://example.org/?x=%2F","expired_url":"https://example.org/over","strict":true,
		"robots":"noindex, nofollow","referrer_policy":"no-referrer","tracking":"never","minutes_kept":24,"hours_kept":30,"days_kept":400}`)
	made.want(t, 201, "", "")
	want := map[string]any{
		"name": "xn--bcher-kva.example", "aliases": []any{"www.xn--bcher-kva.example", "192.0.2.7", "[2001:db8::1]"}, "workspace": "shop",
		"redirect": 308.0, "code_length": 9.0, "unknown_url": "https://example.org/?x=%2F", "expired_url": "https://example.org/over",
		"strict": true, "robots": "noindex, nofollow", "referrer_policy": "no-referrer", "default": false,
		"tracking": "never", "minutes_kept": 24.0, "hours_kept": 30.0, "days_kept": 400.0, "version": 1.0,
		"created_at": made.json["created_at"],
	}
	if fmt.Sprint(made.json) != fmt.Sprint(want) || made.header.Get("ETag") != `"1"` {
		t.Errorf("made\n%v, want\n%v", made.json, want)
	}
	key := f.do("POST", "/api/v1/keys", `{"scopes":["urls:read","urls:write"],"workspace":"shop"}`)
	own := []string{"Authorization", "Bearer " + key.json["key"].(string)}
	other := f.do("POST", "/api/v1/keys", `{"scopes":["urls:read","urls:write"]}`)
	stranger := []string{"Authorization", "Bearer " + other.json["key"].(string)}
	const at = "/api/v1/domains/xn--bcher-kva.example"

	// What a domain says holds for links that say nothing; other tenants cannot
	// tell the domain from one that is not ours.
	link := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","domain":"bücher.example"}`, own...)
	link.want(t, 422, "invalid_request", "domain") // not a host name as it is sent
	link = f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","domain":"192.0.2.7"}`, own...)
	link.want(t, 201, "", "")
	code, _ := link.json["code"].(string)
	if len(code) != 9 || link.json["redirect"] != 308.0 {
		t.Errorf("link %s", link.body)
	}
	for _, redirect := range []string{"301", "null"} {
		link = f.do("PATCH", "/api/v1/urls/"+code+"?domain=192.0.2.7", `{"redirect":`+redirect+`}`, own...)
	}
	if link.json["redirect"] != 308.0 {
		t.Errorf("redirect to null is not the domain's: %s", link.body)
	}
	hidden := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","domain":"192.0.2.7"}`, stranger...)
	absent := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","domain":"192.0.2.8"}`, stranger...)
	hidden.want(t, 422, "invalid_request", "domain")
	if hidden.body != absent.body {
		t.Errorf("another's domain: %s, none: %s", hidden.body, absent.body)
	}
	f.do("GET", at, "", stranger...).want(t, 404, "not_found", "")
	f.do("GET", at, "", own...).want(t, 200, "", "")
	if list := f.do("GET", "/api/v1/domains", "", stranger...); strings.Contains(list.body, "kva") || !strings.Contains(list.body, "go.example") {
		t.Errorf("a stranger's list: %s", list.body)
	}

	f.do("PATCH", at, `{"redirect":null}`, "If-Match", `"7"`).want(t, 412, "precondition_failed", "")
	changed := f.do("PATCH", at, `{"redirect":null,"aliases":null,"workspace":null,"unknown_url":null,"tracking":"respect","minutes_kept":null,"hours_kept":null,"days_kept":null}`, "If-Match", `"1"`)
	changed.want(t, 200, "", "")
	if changed.json["redirect"] != 302.0 || changed.json["workspace"] != nil || changed.json["unknown_url"] != nil || changed.json["strict"] != true || changed.json["version"] != 2.0 ||
		changed.json["tracking"] != "respect" || changed.json["minutes_kept"] != 48.0 || changed.json["hours_kept"] != 90.0 || changed.json["days_kept"] != nil {
		t.Errorf("changed %s", changed.body)
	}

	f.do("DELETE", at, "").want(t, 409, "in_use", "")
	f.do("DELETE", "/api/v1/urls/"+link.json["code"].(string)+"?domain=xn--bcher-kva.example", "").want(t, 204, "", "")
	f.do("DELETE", at, "").want(t, 204, "", "")
	f.do("GET", at, "").want(t, 404, "not_found", "")
	f.do("DELETE", at, "").want(t, 404, "not_found", "")
	again := f.do("POST", "/api/v1/domains", `{"name":"xn--bcher-kva.example"}`)
	again.want(t, 201, "", "")
	if again.json["version"] != 4.0 || again.json["strict"] != false {
		t.Errorf("added again: %s; versions rise across a removal", again.body)
	}
	f.do("DELETE", "/api/v1/domains/go.example", "").want(t, 409, "in_use", "")
}

func TestDomainRefused(t *testing.T) {
	f := start(t)
	for name, c := range map[string]struct{ body, field string }{
		"no name":           {`{}`, "name"},
		"with a scheme":     {`{"name":"https://x.example"}`, "name"},
		"with a port":       {`{"name":"x.example:80"}`, "name"},
		"an address":        {`{"name":"192.0.2.1"}`, "name"},
		"empty label":       {`{"name":"x..example"}`, "name"},
		"NUL":               {`{"name":"x\u0000.example"}`, "name"},
		"an alias of ours":  {`{"name":"x.example","aliases":["OTHER.example."]}`, "aliases[0]"},
		"its own name":      {`{"name":"x.example","aliases":["y.example","x.example"]}`, "aliases[1]"},
		"an alias twice":    {`{"name":"x.example","aliases":["y.example","Y.example"]}`, "aliases[1]"},
		"alias of another":  {`{"name":"127.0.0.1.example","aliases":["127.0.0.1"]}`, "aliases[0]"},
		"unknown workspace": {`{"name":"x.example","workspace":"none"}`, "workspace"},
		"redirect":          {`{"name":"x.example","redirect":303}`, "redirect"},
		"short codes":       {`{"name":"x.example","code_length":5}`, "code_length"},
		"long codes":        {`{"name":"x.example","code_length":13}`, "code_length"},
		"script":            {`{"name":"x.example","unknown_url":"javascript:x"}`, "unknown_url"},
		"loop":              {`{"name":"x.example","unknown_url":"https://x.example/"}`, "unknown_url"},
		"loop by another":   {`{"name":"x.example","expired_url":"https://go.example/y"}`, "expired_url"},
		"header injection":  {`{"name":"x.example","robots":"a\r\nb"}`, "robots"},
		"policy":            {`{"name":"x.example","referrer_policy":"some"}`, "referrer_policy"},
		"tracking":          {`{"name":"x.example","tracking":"sometimes"}`, "tracking"},
		"minutes":           {`{"name":"x.example","minutes_kept":745}`, "minutes_kept"},
		"negative days":     {`{"name":"x.example","days_kept":-1}`, "days_kept"},
		"hours < minutes":   {`{"name":"x.example","hours_kept":1}`, "hours_kept"},
		"days < hours":      {`{"name":"x.example","days_kept":89}`, "days_kept"},
		"unknown field":     {`{"name":"x.example","owner":"me"}`, "owner"},
	} {
		t.Run(name, func(t *testing.T) {
			f.do("POST", "/api/v1/domains", c.body).want(t, 422, "invalid_request", c.field)
		})
	}
	f.do("POST", "/api/v1/domains", `{"name":"go.example"}`).want(t, 409, "taken", "")
	f.do("GET", "/api/v1/domains/%00", "").want(t, 404, "not_found", "")
	f.do("PATCH", "/api/v1/domains/none.example", `{}`).want(t, 404, "not_found", "")
}

// TestA3NewDomain: a host that becomes ours makes links to it loops; those that
// exist are shown with a warning.
func TestA3NewDomain(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://new.example/x","alias":"before"}`).want(t, 201, "", "")
	f.do("POST", "/api/v1/domains", `{"name":"new.example"}`).want(t, 201, "", "")
	f.do("POST", "/api/v1/urls", `{"long_url":"https://NEW.example./x"}`).want(t, 422, "invalid_request", "long_url")
	read := f.do("GET", "/api/v1/urls/before", "")
	read.want(t, 200, "", "")
	if !strings.Contains(read.body, `"code":"loop"`) {
		t.Errorf("not flagged: %s", read.body)
	}
	if other := f.do("POST", "/api/v1/urls", created); strings.Contains(other.body, `"code":"loop"`) {
		t.Errorf("flagged: %s", other.body)
	}
}
