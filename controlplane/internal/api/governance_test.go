package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// governance is the rest of TestA12Routes' table: calls that only admins may
// make, for whom there are no strangers. UNIQUE stands for another word each time.
var governance = map[string]tableRow{
	"post /api/v1/keys":                                          {"/api/v1/keys", `{"scopes":["urls:read"]}`, access.Admin, 201, false},
	"get /api/v1/keys":                                           {"/api/v1/keys", "", access.Admin, 200, false},
	"get /api/v1/keys/{id}":                                      {"/api/v1/keys/KEY", "", access.Admin, 200, false},
	"delete /api/v1/keys/{id}":                                   {"/api/v1/keys/KEY", "", access.Admin, 204, false},
	"post /api/v1/keys/{id}/rotate":                              {"/api/v1/keys/KEY/rotate", `{"grace":3600}`, access.Admin, 201, false},
	"post /api/v1/users":                                         {"/api/v1/users", `{"email":"UNIQUE@example.com"}`, access.Admin, 201, false},
	"get /api/v1/users":                                          {"/api/v1/users", "", access.Admin, 200, false},
	"get /api/v1/users/{uid}":                                    {"/api/v1/users/USER", "", access.Admin, 200, false},
	"patch /api/v1/users/{uid}":                                  {"/api/v1/users/USER", `{"name":"Bert"}`, access.Admin, 200, false},
	"delete /api/v1/users/{uid}":                                 {"/api/v1/users/USER", "", access.Admin, 204, false},
	"post /api/v1/workspaces":                                    {"/api/v1/workspaces", `{"id":"UNIQUE"}`, access.Admin, 201, false},
	"get /api/v1/workspaces":                                     {"/api/v1/workspaces", "", access.Admin, 200, false},
	"post /api/v1/domains":                                       {"/api/v1/domains", `{"name":"UNIQUE.example"}`, access.Admin, 201, false},
	"get /api/v1/domains":                                        {"/api/v1/domains", "", access.ReadURLs, 200, false},
	"get /api/v1/domains/{name}":                                 {"/api/v1/domains/go.example", "", access.ReadURLs, 200, false},
	"patch /api/v1/domains/{name}":                               {"/api/v1/domains/other.example", `{"strict":true}`, access.Admin, 200, false},
	"delete /api/v1/domains/{name}":                              {"/api/v1/domains/UNIQUE.example", "", access.Admin, 204, false},
	"get /api/v1/audit":                                          {"/api/v1/audit", "", access.Admin, 200, false},
	"delete /api/v1/edges/{id}":                                  {"/api/v1/edges/EDGE", "", access.Admin, 204, false},
	"post /api/v1/webhooks":                                      {"/api/v1/webhooks", `{"url":"https://example.com/","events":["link.created"]}`, access.Admin, 201, false},
	"get /api/v1/webhooks":                                       {"/api/v1/webhooks", "", access.Admin, 200, false},
	"delete /api/v1/webhooks/{id}":                               {"/api/v1/webhooks/HOOK", "", access.Admin, 204, false},
	"get /api/v1/webhooks/{id}/deliveries":                       {"/api/v1/webhooks/HOOK/deliveries", "", access.Admin, 200, false},
	"post /api/v1/webhooks/{id}/deliveries/{delivery}/redeliver": {"/api/v1/webhooks/HOOK/deliveries/MESSAGE/redeliver", "", access.Admin, 202, false},
	"get /api/v1/workspaces/{id}":                                {"/api/v1/workspaces/default", "", access.Admin, 200, false},
}

// placed fills in what a row of the table stands for.
func (f *fixture) placed(text string) string {
	if strings.Contains(text, "KEY") {
		f.t.Helper()
		made := f.do("POST", "/api/v1/keys", `{"scopes":["urls:read"]}`)
		text = strings.ReplaceAll(text, "KEY", fmt.Sprint(made.json["id"]))
	}
	if strings.Contains(text, "USER") {
		made := f.do("POST", "/api/v1/users", unique(`{"email":"UNIQUE@example.com"}`))
		text = strings.ReplaceAll(text, "USER", fmt.Sprint(made.json["id"]))
	}
	if strings.Contains(text, "HOOK") {
		made := f.do("POST", "/api/v1/webhooks", `{"url":"https://example.com/","events":["link.created"]}`)
		id := fmt.Sprint(made.json["id"])
		f.message(id, "msg_1")
		text = strings.NewReplacer("HOOK", id, "MESSAGE", "msg_1").Replace(text)
	}
	if strings.Contains(text, "EDGE") {
		text = strings.ReplaceAll(text, "EDGE", "fra-1")
		f.ship(&wire.Batch{Edge: "fra-1", Epoch: 1})
	}
	if strings.Contains(text, "UNIQUE") {
		text = unique(text)
		f.do("POST", "/api/v1/domains", `{"name":"`+text[strings.LastIndex(text, "/")+1:]+`"}`)
	}
	return text
}

// unique replaces UNIQUE by a word that was not there before.
func unique(text string) string {
	return strings.ReplaceAll(text, "UNIQUE", fmt.Sprint("w", words.Add(1)))
}

// words counts those that unique has given; tests share it and do not mind.
var words atomic.Int64

func TestKeys(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/workspaces", `{"id":"shop","name":"Shop"}`).want(t, 201, "", "")
	made := f.do("POST", "/api/v1/keys", `{"name":"Till","scopes":["urls:write","urls:read"],"workspace":"shop","expires_at":"2099-01-01T00:00:00Z","rate_limit":7}`)
	made.want(t, 201, "", "")
	secret, id := made.json["key"].(string), made.json["id"].(string)
	for field, want := range map[string]any{
		"name": "Till", "workspace": "shop", "user_id": id, "scopes": []any{"urls:write", "urls:read"}, "rate_limit": 7.0,
		"expires_at": "2099-01-01T00:00:00Z", "revoked_at": nil, "last_used_at": nil,
	} {
		if fmt.Sprint(made.json[field]) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", field, made.json[field], want)
		}
	}
	own := []string{"Authorization", "Bearer " + secret}
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, own...).want(t, 201, "", "")
	read := f.do("GET", "/api/v1/keys/"+id, "")
	read.want(t, 200, "", "")
	for name, a := range map[string]answer{"read": read, "list": f.do("GET", "/api/v1/keys?workspace=shop", "")} {
		if strings.Contains(a.body, secret) || strings.Contains(a.body, `"key"`) || !strings.Contains(a.body, `"id":"`+id+`"`) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	rotated := f.do("POST", "/api/v1/keys/"+id+"/rotate", `{"grace":3600}`)
	rotated.want(t, 201, "", "")
	fresh := []string{"Authorization", "Bearer " + rotated.json["key"].(string)}
	for name, header := range map[string][]string{"old": own, "new": fresh} {
		if a := f.do("GET", "/api/v1/urls/mine", "", header...); a.status != 200 || a.header.Get("X-RateLimit-Limit") != "7" {
			t.Errorf("the %s key: %d, %v", name, a.status, a.header)
		}
	}
	f.do("DELETE", "/api/v1/keys/"+id, "").want(t, 204, "", "")
	f.wantSoon(401, own...)
	f.do("GET", "/api/v1/urls/mine", "", fresh...).want(t, 200, "", "")
	f.do("POST", "/api/v1/keys/"+id+"/rotate", `{}`).want(t, 404, "not_found", "")
}

// wantSoon polls a listing. That a second is enough, package access shows with a
// clock of its own; here, only that it happens.
func (f *fixture) wantSoon(status int, header ...string) {
	f.t.Helper()
	f.soon(func() bool { return f.do("GET", "/api/v1/urls", "", header...).status == status })
}

func (f *fixture) soon(done func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			f.t.Fatal("not within 20 s")
		}
	}
}

func TestKeysRefused(t *testing.T) {
	f := start(t)
	viewer := f.do("POST", "/api/v1/users", `{"email":"v@example.com","role":"viewer"}`).json["id"].(string)
	for name, c := range map[string]struct{ body, field string }{
		"no scopes":             {`{"name":"x"}`, "scopes"},
		"empty scopes":          {`{"scopes":[]}`, "scopes"},
		"unknown scope":         {`{"scopes":["root"]}`, "scopes"},
		"unknown workspace":     {`{"scopes":["admin"],"workspace":"none"}`, "workspace"},
		"no workspace at all":   {`{"scopes":["admin"],"workspace":"\u0000"}`, "workspace"},
		"unknown user":          {`{"scopes":["admin"],"user_id":"none"}`, "user_id"},
		"beyond the role":       {`{"scopes":["urls:write"],"user_id":"` + viewer + `"}`, "scopes"},
		"user and workspace":    {`{"scopes":["urls:read"],"user_id":"` + viewer + `","workspace":"default"}`, "workspace"},
		"expired":               {`{"scopes":["admin"],"expires_at":"2020-01-01T00:00:00Z"}`, "expires_at"},
		"rate of nothing":       {`{"scopes":["admin"],"rate_limit":0}`, "rate_limit"},
		"rate below nothing":    {`{"scopes":["admin"],"rate_limit":-1}`, "rate_limit"},
		"control character":     {`{"scopes":["admin"],"name":"a\nb"}`, "name"},
		"a secret of one's own": {`{"scopes":["admin"],"key":"fp_x_y"}`, "key"},
	} {
		t.Run(name, func(t *testing.T) {
			f.do("POST", "/api/v1/keys", c.body).want(t, 422, "invalid_request", c.field)
		})
	}
	for _, id := range []string{"none", "%00", "a%2Fb", strings.Repeat("x", 100)} {
		f.do("GET", "/api/v1/keys/"+id, "").want(t, 404, "not_found", "")
		f.do("DELETE", "/api/v1/keys/"+id, "").want(t, 404, "not_found", "")
		f.do("GET", "/api/v1/users/"+id, "").want(t, 404, "not_found", "")
	}
}

// TestRoles: a user's role bounds the user's keys at once, and a disabled user
// has none.
func TestRoles(t *testing.T) {
	f := start(t)
	user := f.do("POST", "/api/v1/users", `{"email":"Anna@Example.com","name":"Anna"}`)
	user.want(t, 201, "", "")
	if user.json["email"] != "anna@example.com" || user.json["role"] != "editor" || user.header.Get("ETag") != `"1"` {
		t.Errorf("made %s", user.body)
	}
	at := "/api/v1/users/" + user.json["id"].(string)
	made := f.do("POST", "/api/v1/keys", `{"scopes":["urls:read","urls:write"],"user_id":"`+user.json["id"].(string)+`"}`)
	made.want(t, 201, "", "")
	own := []string{"Authorization", "Bearer " + made.json["key"].(string)}
	link := f.do("POST", "/api/v1/urls", created, own...)
	link.want(t, 201, "", "")
	if link.json["created_by"] != user.json["id"] {
		t.Errorf("created by %v", link.json["created_by"])
	}
	f.do("PATCH", at, `{"role":"viewer"}`, "If-Match", `"9"`).want(t, 412, "precondition_failed", "")
	f.do("PATCH", at, `{"role":"viewer"}`, "If-Match", `"1"`).want(t, 200, "", "")
	f.soon(func() bool { return f.do("POST", "/api/v1/urls", created, own...).status == 403 })
	f.do("GET", "/api/v1/urls", "", own...).want(t, 200, "", "")
	f.do("DELETE", at, "").want(t, 204, "", "")
	f.wantSoon(401, own...)
	f.do("PATCH", at, `{"disabled":false}`).want(t, 200, "", "")
	f.wantSoon(200, own...)
	f.do("POST", "/api/v1/users", `{"email":"anna@example.com"}`).want(t, 409, "taken", "")
	f.do("POST", "/api/v1/users", `{"email":"no address"}`).want(t, 422, "invalid_request", "email")
	f.do("POST", "/api/v1/users", `{"email":"b@example.com","role":"king"}`).want(t, 422, "invalid_request", "role")
	f.do("POST", "/api/v1/workspaces", `{"id":"Not Good"}`).want(t, 422, "invalid_request", "id")
}

// TestWorkspaces: keys of one workspace share their links; others see nothing.
func TestWorkspaces(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/workspaces", `{"id":"shop"}`).want(t, 201, "", "")
	f.do("POST", "/api/v1/workspaces", `{"id":"shop"}`).want(t, 409, "taken", "")
	key := func(workspace string) []string {
		made := f.do("POST", "/api/v1/keys", `{"scopes":["urls:read","urls:write"],"workspace":"`+workspace+`"}`)
		made.want(t, 201, "", "")
		return []string{"Authorization", "Bearer " + made.json["key"].(string)}
	}
	first, second, other := key("shop"), key("shop"), key("default")
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, first...).want(t, 201, "", "")
	f.do("PATCH", "/api/v1/urls/mine", `{"title":"x"}`, second...).want(t, 200, "", "")
	f.do("PATCH", "/api/v1/urls/mine", `{"title":"y"}`, other...).want(t, 404, "not_found", "")
	for i, c := range []struct {
		header []string
		want   int
	}{{second, 1}, {other, 0}} {
		if got := len(f.do("GET", "/api/v1/urls", "", c.header...).json["items"].([]any)); got != c.want {
			t.Errorf("key %d sees %d links", i, got)
		}
	}
	f.do("DELETE", "/api/v1/urls/mine", "", second...).want(t, 204, "", "")
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, other...).want(t, 409, "taken", "alias")
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, first...).want(t, 201, "", "")
}

// TestPages: cursors belong to their listing.
func TestPages(t *testing.T) {
	f := start(t)
	for i := range 5 {
		f.do("POST", "/api/v1/users", fmt.Sprintf(`{"email":"u%d@example.com"}`, i)).want(t, 201, "", "")
	}
	var emails []string
	path := "/api/v1/users?limit=2"
	for page := path; page != ""; {
		a := f.do("GET", page, "")
		a.want(t, 200, "", "")
		var list struct {
			Items []struct{ Email string }
			Next  *string `json:"next_cursor"`
		}
		if err := json.Unmarshal([]byte(a.body), &list); err != nil {
			t.Fatal(err)
		}
		for _, u := range list.Items {
			emails = append(emails, u.Email)
		}
		page = ""
		if list.Next != nil {
			page = path + "&cursor=" + *list.Next
			f.do("GET", "/api/v1/keys?cursor="+*list.Next, "").want(t, 422, "invalid_request", "cursor")
			f.do("GET", "/api/v1/users?workspace=default&cursor="+*list.Next, "").want(t, 422, "invalid_request", "cursor")
		}
	}
	if len(emails) != 5 {
		t.Errorf("listed %v", emails)
	}
}
