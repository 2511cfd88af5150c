package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
)

// TestA5Once sends one name a hundred times at once: one link, one answer.
func TestA5Once(t *testing.T) {
	f := start(t)
	answers := make(chan answer, 100)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { answers <- f.do("POST", "/api/v1/urls", created, "Idempotency-Key", "order-4711") })
	}
	all.Wait()
	close(answers)
	first := <-answers
	first.want(t, 201, "", "")
	for a := range answers {
		for _, header := range []string{"Content-Type", "ETag", "Location"} {
			if a.header.Get(header) != first.header.Get(header) || a.header.Get(header) == "" {
				t.Errorf("%s %q and %q", header, a.header.Get(header), first.header.Get(header))
			}
		}
		if a.status != first.status || a.body != first.body {
			t.Fatalf("status %d with %s, and %d with %s", a.status, a.body, first.status, first.body)
		}
	}
	if list := f.do("GET", "/api/v1/urls", ""); len(list.json["items"].([]any)) != 1 {
		t.Errorf("links: %s", list.body)
	}
}

func TestA5Names(t *testing.T) {
	f := start(t)
	writer := f.key(access.WriteURLs)
	first := f.do("POST", "/api/v1/urls", created, "Idempotency-Key", "n")
	first.want(t, 201, "", "")
	for name, c := range map[string]struct {
		body   string
		header []string
		status int
		code   string
		again  bool // the first answer
	}{
		"same":              {created, nil, 201, "", true},
		"another body":      {`{"long_url":"https://example.com/other"}`, nil, 422, "idempotency_mismatch", false},
		"body that is none": {`{`, nil, 422, "idempotency_mismatch", false},
		"another name":      {created, []string{"Idempotency-Key", "m"}, 201, "", false},
		"another API key":   {created, []string{"Authorization", "Bearer " + writer}, 201, "", false},
		"too long":          {created, []string{"Idempotency-Key", strings.Repeat("n", 256)}, 422, "invalid_request", false},
		"not ASCII":         {created, []string{"Idempotency-Key", "ä"}, 422, "invalid_request", false},
	} {
		t.Run(name, func(t *testing.T) {
			a := f.do("POST", "/api/v1/urls", c.body, append([]string{"Idempotency-Key", "n"}, c.header...)...)
			field := ""
			if c.status == 422 {
				field = "Idempotency-Key"
			}
			a.want(t, c.status, c.code, field)
			if (a.body == first.body) != c.again {
				t.Errorf("answer %s, first %s", a.body, first.body)
			}
		})
	}
	if a := f.do("POST", "/api/v1/urls", created+" ", "Idempotency-Key", "n"); a.status != 422 {
		t.Errorf("a body of other bytes: %d", a.status)
	}
}

// TestA5Refused: a refusal changes nothing, so its name is free again.
func TestA5Refused(t *testing.T) {
	f := start(t)
	named := []string{"Idempotency-Key", "n"}
	f.do("POST", "/api/v1/urls", `{"long_url":"javascript:x"}`, named...).want(t, 422, "invalid_request", "long_url")
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, named...).want(t, 201, "", "")
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, "Idempotency-Key", "other").want(t, 409, "taken", "alias")
	f.do("DELETE", "/api/v1/urls/mine", "").want(t, 204, "", "")
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, "Idempotency-Key", "other").want(t, 201, "", "")
	again := f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`, named...)
	again.want(t, 201, "", "")
	if again.json["version"] != 1.0 {
		t.Errorf("not the first answer: %s", again.body)
	}
}

// TestA5TooLarge: a named body is bounded like any other.
func TestA5TooLarge(t *testing.T) {
	f := start(t)
	body := fmt.Sprintf(`{"long_url":"https://example.com/","note":%q}`, strings.Repeat("x", 2<<20))
	if a := f.do("POST", "/api/v1/urls", body, "Idempotency-Key", "n"); a.status != 413 {
		t.Errorf("status %d: %.200s", a.status, a.body)
	}
}

// TestA5Bulk: a bulk of several transactions happens once, too.
func TestA5Bulk(t *testing.T) {
	f := start(t)
	var rows []string
	for i := range 600 {
		rows = append(rows, fmt.Sprintf(`{"long_url":"https://example.com/%d"}`, i))
	}
	body := `{"items":[` + strings.Join(rows, ",") + `]}`
	bodies := make(chan string, 10)
	var all sync.WaitGroup
	for range cap(bodies) {
		all.Go(func() {
			a := f.do("POST", "/api/v1/urls/bulk", body, "Idempotency-Key", "n")
			// The first is still running, or has kept the database from the others for
			// longer than a request waits, under the race detector.
			for a.status == 409 || a.status == 503 {
				a = f.do("POST", "/api/v1/urls/bulk", body, "Idempotency-Key", "n")
			}
			a.want(t, 200, "", "")
			bodies <- a.body
		})
	}
	all.Wait()
	close(bodies)
	first := <-bodies
	for body := range bodies {
		if body != first {
			t.Fatal("two answers")
		}
	}
	if n, err := f.store.PendingChanges(t.Context()); n != 600 || err != nil {
		t.Errorf("%d links (%v)", n, err)
	}
}

// TestA5TwoNames: which of two names is meant is not guessed.
func TestA5TwoNames(t *testing.T) {
	f := start(t)
	for name, values := range map[string][]string{"two": {"a", "b"}, "one twice": {"a", "a"}, "an empty one": {"", "a"}} {
		t.Run(name, func(t *testing.T) {
			request := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/urls", strings.NewReader(created))
			request.Header = http.Header{"Authorization": {"Bearer " + canary}, "Content-Type": {"application/json"}, "Idempotency-Key": values}
			said := httptest.NewRecorder()
			f.handler.ServeHTTP(said, request)
			if body := said.Body.String(); said.Code != 400 || !strings.Contains(body, `"malformed_request"`) || !strings.Contains(body, `"field":"Idempotency-Key"`) {
				t.Errorf("answered %d %s", said.Code, body)
			}
		})
	}
	if list := f.do("GET", "/api/v1/urls", ""); len(list.json["items"].([]any)) != 0 {
		t.Errorf("links: %s", list.body)
	}
}
