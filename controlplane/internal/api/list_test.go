package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// codes lists the codes of a listing's page.
func (a answer) codes(t *testing.T) []string {
	t.Helper()
	a.want(t, 200, "", "")
	items, _ := a.json["items"].([]any)
	found := []string{}
	for _, item := range items {
		found = append(found, item.(map[string]any)["code"].(string))
	}
	return found
}

func TestA10Paging(t *testing.T) {
	f := start(t)
	var made []string
	for i := range 25 {
		alias := fmt.Sprintf("link-%02d", i)
		f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"`+alias+`"}`).want(t, 201, "", "")
		made = append(made, alias)
	}
	for _, order := range []string{"newest", "oldest"} {
		t.Run(order, func(t *testing.T) {
			var seen []string
			path := "/api/v1/urls?limit=10&order=" + order
			for cursor, page := "", 0; ; page++ {
				a := f.do("GET", path+cursor, "")
				seen = append(seen, a.codes(t)...)
				// What is added meanwhile, at either end, shifts nothing.
				f.do("POST", "/api/v1/urls", fmt.Sprintf(`{"long_url":"https://example.com/","alias":"%s-%d"}`, order, page)).want(t, 201, "", "")
				next, more := a.json["next_cursor"].(string)
				if !more || page > 9 {
					break
				}
				cursor = "&cursor=" + url.QueryEscape(next)
			}
			seen = slices.DeleteFunc(seen, func(code string) bool { return !strings.HasPrefix(code, "link-") })
			slices.Sort(seen)
			if !slices.Equal(seen, made) {
				t.Errorf("listed %v, want each of %v once", seen, made)
			}
		})
	}
}

func TestA10Cursors(t *testing.T) {
	f := start(t)
	for range 3 {
		f.do("POST", "/api/v1/urls", created).want(t, 201, "", "")
	}
	cursor := f.do("GET", "/api/v1/urls?limit=1", "").json["next_cursor"].(string)
	f.do("GET", "/api/v1/urls?limit=2&cursor="+cursor, "").want(t, 200, "", "")
	changed := []byte(cursor)
	changed[len(changed)/2] ^= 1
	for name, query := range map[string]string{
		"nonsense":      "cursor=x",
		"changed":       "cursor=" + string(changed),
		"cut":           "cursor=" + cursor[:len(cursor)-2],
		"other order":   "order=oldest&cursor=" + cursor,
		"other filter":  "tag=x&cursor=" + cursor,
		"no signature":  "cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"not a base 64": "cursor=%00",
	} {
		t.Run(name, func(t *testing.T) {
			f.do("GET", "/api/v1/urls?"+query, "").want(t, 422, "invalid_request", "cursor")
		})
	}
}

// E15: with one byte of a real cursor changed, or more added, or nothing of it left,
// nothing but the cursor itself is taken.
func FuzzCursor(f *testing.F) {
	fx := start(f)
	for range 3 {
		fx.do("POST", "/api/v1/urls", created).want(f, 201, "", "")
	}
	real := fx.do("GET", "/api/v1/urls?limit=1", "").json["next_cursor"].(string)
	f.Add(uint(3), byte(1), "", true)
	f.Add(uint(30), byte(0), "A", true)
	f.Add(uint(0), byte(0), "AAAA", false)
	f.Fuzz(func(t *testing.T, at uint, flip byte, tail string, keep bool) {
		cursor := tail
		if keep {
			changed := []byte(real)
			changed[at%uint(len(changed))] ^= flip
			cursor = string(changed) + tail
		}
		if cursor == real || cursor == "" {
			return
		}
		fx := *fx
		fx.t = t
		if a := fx.do("GET", "/api/v1/urls?limit=1&cursor="+url.QueryEscape(cursor), ""); a.status != 422 {
			t.Errorf("cursor %q: status %d", cursor, a.status)
		}
	})
}

func TestA10Search(t *testing.T) {
	f := start(t)
	for alias, rest := range map[string]string{
		"percent":  `"long_url":"https://example.com/100%25","tags":["sale"]`,
		"under_s":  `"long_url":"https://example.com/b","title":"Autumn"`,
		"blocked":  `"long_url":"https://example.com/c"`,
		"elsewhen": `"long_url":"https://example.com/d","domain":"other.example"`,
	} {
		f.do("POST", "/api/v1/urls", `{"alias":"`+alias+`",`+rest+`}`).want(t, 201, "", "")
	}
	f.do("PATCH", "/api/v1/urls/blocked", `{"status":"blocked"}`).want(t, 200, "", "")
	me := f.do("GET", "/api/v1/urls/blocked", "").json["created_by"].(string)
	for query, want := range map[string]string{
		"q=%25":                "percent",
		"q=_":                  "under_s",
		"q=autUMN":             "under_s",
		"q=100":                "percent",
		"q=none":               "",
		"tag=sale":             "percent",
		"tag=sal":              "",
		"status=blocked":       "blocked",
		"status=deleted":       "",
		"domain=other.example": "elsewhen",
		"created_by=nobody":    "",
		"created_by=" + me:     "blocked elsewhen percent under_s",
	} {
		t.Run(query, func(t *testing.T) {
			found := f.do("GET", "/api/v1/urls?"+query, "").codes(t)
			slices.Sort(found)
			if got := strings.Join(found, " "); got != want {
				t.Errorf("found %q, want %q", got, want)
			}
		})
	}
	for query, field := range map[string]string{
		"limit=0": "limit", "limit=1001": "limit", "limit=x": "limit", "status=x": "status", "order=x": "order",
		"domain=evil.example": "domain", "q=%00": "q", "tag=%ff": "tag",
	} {
		t.Run(query, func(t *testing.T) {
			f.do("GET", "/api/v1/urls?"+query, "").want(t, 422, "invalid_request", field)
		})
	}
}

// TestLinksOfUser: of a user, of a key that is no user's, and of nobody: who is not
// there is told from who has made nothing.
func TestLinksOfUser(t *testing.T) {
	f := start(t)
	user := f.do("POST", "/api/v1/users", `{"email":"a@example.com"}`).json["id"].(string)
	idle := f.do("POST", "/api/v1/users", `{"email":"b@example.com"}`).json["id"].(string)
	own := f.do("POST", "/api/v1/keys", `{"scopes":["urls:write"],"user_id":"`+user+`"}`).json["key"].(string)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"hers"}`, "Authorization", "Bearer "+own).want(t, 201, "", "")
	machine := f.do("POST", "/api/v1/keys", `{"scopes":["urls:write"]}`)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"its"}`, "Authorization", "Bearer "+machine.json["key"].(string)).want(t, 201, "", "")
	for id, want := range map[string]string{user: "[hers]", idle: "[]", machine.json["id"].(string): "[its]"} {
		if found := f.do("GET", "/api/v1/users/"+id+"/urls", "").codes(t); fmt.Sprint(found) != want {
			t.Errorf("of %s %v, want %s", id, found, want)
		}
	}
	for _, id := range []string{"none", "%00"} {
		a := f.do("GET", "/api/v1/users/"+id+"/urls", "")
		a.want(t, 404, "not_found", "")
		if a.json["detail"] != "there is no such user" {
			t.Errorf("answered %s", a.body)
		}
	}
}
