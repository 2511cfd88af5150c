package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// items lists an answer's items.
func (a answer) items(t *testing.T) []map[string]any {
	t.Helper()
	a.want(t, 200, "", "")
	all, _ := a.json["items"].([]any)
	found := make([]map[string]any, len(all))
	for i, item := range all {
		found[i] = item.(map[string]any)
	}
	return found
}

// TestA8BulkRows: a bad row says why; the others exist.
func TestA8BulkRows(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"taken"}`).want(t, 201, "", "")
	rows := []struct {
		name, body, code, field string
		status                  float64
	}{
		{"plain", `{"long_url":"https://example.com/1"}`, "", "", 201},
		{"script", `{"long_url":"javascript:alert(1)"}`, "invalid_request", "long_url", 422},
		{"alias", `{"long_url":"https://example.com/3","alias":"three"}`, "", "", 201},
		{"same alias", `{"long_url":"https://example.com/4","alias":"three"}`, "taken", "alias", 409},
		{"taken", `{"long_url":"https://example.com/5","alias":"taken"}`, "taken", "alias", 409},
		{"type", `{"long_url":6}`, "invalid_request", "long_url", 422},
		{"missing", `{}`, "invalid_request", "long_url", 422},
		{"unknown field", `{"long_url":"https://example.com/","lnog":1}`, "invalid_request", "lnog", 422},
		{"no object", `"https://example.com/"`, "invalid_request", "items[8]", 422},
		{"null", `null`, "invalid_request", "items[9]", 422},
		{"loop", `{"long_url":"https://go.example/x"}`, "invalid_request", "long_url", 422},
		{"reused", `{"long_url":"https://example.com/1","if_exists":"return"}`, "", "", 200},
		{"A9 both", `{"long_url":"https://example.com/","ttl":5,"expires_at":"2099-01-01T00:00:00Z"}`, "invalid_request", "ttl", 422},
		{"last", `{"long_url":"https://example.com/last"}`, "", "", 201},
	}
	var bodies []string
	for _, row := range rows {
		bodies = append(bodies, row.body)
	}
	items := f.do("POST", "/api/v1/urls/bulk", `{"items":[`+strings.Join(bodies, ",")+`]}`).items(t)
	if len(items) != len(rows) {
		t.Fatalf("%d items", len(items))
	}
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			item := items[i]
			if item["index"] != float64(i) || item["status"] != row.status {
				t.Fatalf("item %v, want status %v", item, row.status)
			}
			if row.status < 400 {
				made := item["url"].(map[string]any)
				f.do("GET", "/api/v1/urls/"+made["code"].(string), "").want(t, 200, "", "")
				return
			}
			problem := item["problem"].(map[string]any)
			if problem["code"] != row.code || item["url"] != nil || row.field != "" && !strings.Contains(fmt.Sprint(problem["errors"]), "field:"+row.field) {
				t.Errorf("problem %v, want %s of %s", problem, row.code, row.field)
			}
			if strings.HasPrefix(row.field, "items") && problem["detail"] != row.field+` must be an object such as {"long_url":"https://example.com/"}` {
				t.Errorf("%v", problem["detail"])
			}
		})
	}
}

func TestBulkBounds(t *testing.T) {
	f := start(t)
	row := `{"long_url":"https://example.com/` + strings.Repeat("x", 2000) + `"}`
	rows := func(n int) string { return `{"items":[` + strings.Repeat(row+",", n-1) + row + `]}` }
	if items := f.do("POST", "/api/v1/urls/bulk", rows(1000)).items(t); len(items) != 1000 || items[999]["status"] != 201.0 {
		t.Errorf("%d items", len(items))
	}
	f.do("POST", "/api/v1/urls/bulk", rows(1001)).want(t, 422, "invalid_request", "items")
	f.do("POST", "/api/v1/urls/bulk", `{"items":[]}`).want(t, 422, "invalid_request", "items")
	f.do("POST", "/api/v1/urls/bulk", `{}`).want(t, 422, "invalid_request", "items")
	f.do("POST", "/api/v1/urls/bulk", `{"items":[{"long_url":"https://a.example","long_url":"https://b.example"}]}`).want(t, 400, "malformed_request", "")
	f.do("POST", "/api/v1/urls/bulk", `{"items":[{"long_url":"`+strings.Repeat("x", 17<<20)+`"}]}`).want(t, 413, "request_entity_too_large", "")
}

func TestIfExists(t *testing.T) {
	f := start(t)
	first := f.do("POST", "/api/v1/urls", `{"long_url":"https://Example.com:443/a","if_exists":"return"}`)
	first.want(t, 201, "", "")
	same := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/a","if_exists":"return"}`)
	same.want(t, 200, "", "")
	if same.json["code"] != first.json["code"] || same.json["long_url"] != "https://Example.com:443/a" || same.header.Get("ETag") != `"1"` {
		t.Errorf("answered %s", same.body)
	}
	for name, body := range map[string]string{
		"asked to create": `{"long_url":"https://example.com/a","if_exists":"create"}`,
		"not asked":       `{"long_url":"https://example.com/a"}`,
		"another target":  `{"long_url":"https://example.com/A","if_exists":"return"}`,
		"another domain":  `{"long_url":"https://example.com/a","domain":"other.example","if_exists":"return"}`,
	} {
		f.do("POST", "/api/v1/urls", body).want(t, 201, "", name)
	}
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/a","if_exists":"maybe"}`).want(t, 422, "invalid_request", "if_exists")
}
