package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const created = `{"long_url":"https://example.com/a?b=%2F#c"}`

// TestLink holds the fields of a link to the contract.
func TestLink(t *testing.T) {
	f := start(t)
	made := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"autumn","domain":"127.0.0.1","redirect":301,
		"starts_at":"2026-01-01T01:00:00+01:00","expires_at":"2099-01-01T00:00:00.5Z","expired_url":"https://example.com/over",
		"forward_query":true,"strict":true,"title":"T","note":"N","tags":["x","y"]}`)
	made.want(t, http.StatusCreated, "", "")
	want := map[string]any{
		"domain": "go.example", "code": "autumn", "short_url": "https://go.example/autumn", "long_url": "https://example.com/",
		"status": "active", "redirect": 301.0, "starts_at": "2026-01-01T00:00:00Z", "expires_at": "2099-01-01T00:00:00.5Z",
		"expired_url": "https://example.com/over", "forward_query": true, "strict": true, "title": "T", "note": "N",
		"tags": []any{"x", "y"}, "custom": true, "version": 1.0, "revision": 7.0,
		"created_by": made.json["created_by"], "created_at": made.json["created_at"], "updated_at": made.json["created_at"],
		"clicks": map[string]any{"count": 0.0, "pending": 0.0},
	}
	if fmt.Sprint(made.json) != fmt.Sprint(want) {
		t.Errorf("made\n%v, want\n%v", made.json, want)
	}
	if made.header.Get("ETag") != `"1"` || made.header.Get("Location") != "/api/v1/urls/autumn?domain=go.example" {
		t.Errorf("headers %v", made.header)
	}
	read := f.do("GET", made.header.Get("Location"), "")
	read.want(t, http.StatusOK, "", "")
	delete(read.json, "revision") // set once the outbox has marked it
	delete(want, "revision")
	if fmt.Sprint(read.json) != fmt.Sprint(want) || read.header.Get("ETag") != `"1"` {
		t.Errorf("read\n%v, want\n%v", read.json, want)
	}
}

func TestDefaults(t *testing.T) {
	f := start(t)
	made := f.do("POST", "/api/v1/urls", created)
	made.want(t, http.StatusCreated, "", "")
	for field, want := range map[string]any{
		"long_url": "https://example.com/a?b=%2F#c", "redirect": 302.0, "starts_at": nil, "expires_at": nil, "expired_url": nil,
		"tags": []any{}, "custom": false, "domain": "go.example",
	} {
		if got, ok := made.json[field]; !ok || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
	if code, _ := made.json["code"].(string); len(code) != 7 {
		t.Errorf("code %q", code)
	}
}

func TestA1A3A4A9Refused(t *testing.T) {
	f := start(t)
	for name, c := range map[string]struct{ body, field string }{
		"A1 javascript":       {`{"long_url":"javascript:alert(1)"}`, "long_url"},
		"A1 control":          {`{"long_url":"\u0001https://example.com"}`, "long_url"},
		"A1 line break":       {`{"long_url":"https://example.com/\r\nx"}`, "long_url"},
		"A1 user info":        {`{"long_url":"https://a@example.com/"}`, "long_url"},
		"A1 too long":         {`{"long_url":"https://example.com/` + strings.Repeat("x", 8192) + `"}`, "long_url"},
		"A1 hexadecimal host": {`{"long_url":"http://0x7f.1/"}`, "long_url"},
		"A3 loop":             {`{"long_url":"https://GO.example.:443/x"}`, "long_url"},
		"A3 loop by alias":    {`{"long_url":"http://127.0.0.1:8000/x"}`, "long_url"},
		"A3 loop when over":   {`{"long_url":"https://example.com","expired_url":"https://other.example"}`, "expired_url"},
		"A4 reserved":         {`{"long_url":"https://example.com","alias":"API"}`, "alias"},
		"A4 too short":        {`{"long_url":"https://example.com","alias":"ab"}`, "alias"},
		"A4 empty":            {`{"long_url":"https://example.com","alias":""}`, "alias"},
		"A4 characters":       {`{"long_url":"https://example.com","alias":"a b c"}`, "alias"},
		"A9 both":             {`{"long_url":"https://example.com","ttl":5,"expires_at":"2099-01-01T00:00:00Z"}`, "ttl"},
		"A9 ttl of nothing":   {`{"long_url":"https://example.com","ttl":0}`, "ttl"},
		"A9 in the past":      {`{"long_url":"https://example.com","expires_at":"2020-01-01T00:00:00Z"}`, "expires_at"},
		"A9 1970":             {`{"long_url":"https://example.com","expires_at":"1970-01-01T00:00:00Z"}`, "expires_at"},
		"A9 no time":          {`{"long_url":"https://example.com","expires_at":"tomorrow"}`, "expires_at"},
		"missing":             {`{}`, "long_url"},
		"null":                {`{"long_url":null}`, "long_url"},
		"wrong type":          {`{"long_url":5}`, "long_url"},
		"unknown domain":      {`{"long_url":"https://example.com","domain":"evil.example"}`, "domain"},
		"tag":                 {`{"long_url":"https://example.com","tags":["a",""]}`, "tags[1]"},
		"tag's type":          {`{"long_url":"https://example.com","tags":["a",1]}`, "tags[1]"},
		"redirect":            {`{"long_url":"https://example.com","redirect":200}`, "redirect"},
		"redirect's type":     {`{"long_url":"https://example.com","redirect":301.5}`, "redirect"},
		"A7 unknown field":    {`{"long_url":"https://example.com","lnog":1}`, "lnog"},
	} {
		t.Run(name, func(t *testing.T) {
			f.do("POST", "/api/v1/urls", c.body).want(t, http.StatusUnprocessableEntity, "invalid_request", c.field)
		})
	}
	if list := f.do("GET", "/api/v1/urls", ""); fmt.Sprint(list.json["items"]) != "[]" {
		t.Errorf("something was stored: %s", list.body)
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	f := start(t)
	a := f.do("POST", "/api/v1/urls", `{"long_url":"ftp://x","alias":"a","redirect":1,"title":"\u0000"}`)
	for _, field := range []string{"long_url", "alias", "redirect", "title"} {
		a.want(t, http.StatusUnprocessableEntity, "invalid_request", field)
	}
}

func TestA7Bodies(t *testing.T) {
	f := start(t)
	big := strings.Repeat("x", 10<<20)
	for name, c := range map[string]struct {
		body, contentType string
		status            int
		code              string
	}{
		"not JSON":          {`{"long_url"`, "application/json", 400, "malformed_request"},
		"two values":        {created + created, "application/json", 400, "malformed_request"},
		"duplicate key":     {`{"long_url":"https://a.example","long_url":"https://b.example"}`, "application/json", 400, "malformed_request"},
		"duplicate by case": {`{"long_url":"https://a.example","Long_URL":"https://b.example"}`, "application/json", 400, "malformed_request"},
		"duplicate escaped": {`{"long_url":"https://a.example","long\u005furl":"https://b.example"}`, "application/json", 400, "malformed_request"},
		"invalid UTF-8":     {"{\"long_url\":\"https://a.example/\xff\"}", "application/json", 400, "malformed_request"},
		"half a character":  {`{"long_url":"https://a.example/\ud800"}`, "application/json", 400, "malformed_request"},
		"depth 10,000":      {strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "application/json", 400, "malformed_request"},
		"depth of objects":  {strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), "application/json", 400, "malformed_request"},
		"empty":             {"", "application/json", 400, "malformed_request"},
		"an array":          {"[]", "application/json", 422, "invalid_request"},
		"10 MB":             {`{"long_url":"` + big + `"}`, "application/json", 413, "request_entity_too_large"},
		"form":              {"long_url=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"},
		"text":              {created, "text/plain", 415, "unsupported_media_type"},
		"strange type":      {created, ";+", 415, "unsupported_media_type"},
	} {
		t.Run(name, func(t *testing.T) {
			f.do("POST", "/api/v1/urls", c.body, "Content-Type", c.contentType).want(t, c.status, c.code, "")
		})
	}
}

// TestNumbersOutOfRange: told in our words, and without the number.
func TestNumbersOutOfRange(t *testing.T) {
	f := start(t)
	for number, status := range map[string]int{"1e999": 400, strings.Repeat("9", 1000): 400, "1e300": 422, "99999999999999999999": 422} {
		a := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com","ttl":`+number+`}`)
		if detail, _ := a.json["detail"].(string); a.status != status || len(detail) > 80 || strings.Contains(detail, "Go ") {
			t.Errorf("%.20s: %d %s", number, a.status, detail)
		}
	}
}

func TestMediaTypeInAnyCase(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", created, "Content-Type", "APPLICATION/Json; Charset=UTF-8").want(t, http.StatusCreated, "", "")
}

func TestA4OneClaimWins(t *testing.T) {
	f := start(t)
	statuses := make(chan int, 50)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			statuses <- f.do("POST", "/api/v1/urls", fmt.Sprintf(`{"long_url":"https://example.com/%d","alias":"claim"}`, i)).status
		})
	}
	all.Wait()
	close(statuses)
	count := make(map[int]int)
	for status := range statuses {
		count[status]++
	}
	if count[201] != 1 || count[409] != 49 {
		t.Errorf("statuses %v, want one 201 and 49 × 409", count)
	}
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com","alias":"claim"}`).want(t, 409, "taken", "alias")
}
