package e2e_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/load"
)

// client calls the public API of a control plane with the admin key.
type client struct {
	base string
	name string // the Idempotency-Key of what it sends; empty: none
	http http.Client
}

func newClient(t *testing.T, base string) *client {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{base: base, http: http.Client{Timeout: startLimit, Transport: transport}}
}

// answer holds the fields of all answers that the tests look at.
type answer struct {
	Code    string `json:"code"`
	LongURL string `json:"long_url"`
	Version int64  `json:"version"`
	Total   uint64 `json:"total"`
	Detail  string `json:"detail"`
}

// call makes one call. An error means that no complete answer came.
func (c *client) call(ctx context.Context, method, path, body string) (status int, a answer, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		return 0, a, err
	}
	req.Header.Set("Authorization", "Bearer "+adminKey)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.name != "" {
		req.Header.Set("Idempotency-Key", c.name)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, a, err
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		return 0, a, err
	}
	if text.Len() > 0 {
		if err := json.Unmarshal(text.Bytes(), &a); err != nil {
			return 0, a, fmt.Errorf("%s %s: %d %q: %w", method, path, resp.StatusCode, text.String(), err)
		}
	}
	return resp.StatusCode, a, nil
}

// must is call for tests that go on only with the wanted status. What is refused because
// the machine stands still for a moment is asked again, a POST under one name; it may
// have been done all the same, so a DELETE may then find nothing.
func (c *client) must(t *testing.T, want int, method, path, body string) answer {
	t.Helper()
	named := *c
	if method == http.MethodPost {
		named.name = rand.Text()
	}
	for begin, refused := time.Now(), false; ; refused = true {
		status, a, err := named.call(t.Context(), method, path, body)
		switch {
		case err == nil && status == want, refused && method == http.MethodDelete && status == http.StatusNotFound:
			return a
		case status != http.StatusServiceUnavailable && a.Code != "idempotency_running" || time.Since(begin) > startLimit:
			t.Fatalf("%s %s %s: %d %+v, error %v; want %d", method, path, body, status, a, err, want)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// target is the body of a create or change.
func target(url string) string {
	b, err := json.Marshal(map[string]string{"long_url": url})
	if err != nil {
		panic(err) // a string can always be encoded
	}
	return string(b)
}

// visitor asks one edge for links over a kept-alive connection, as raw bytes.
type visitor struct {
	addr   string
	conn   *load.Conn
	answer load.Answer
}

func newVisitor(edge string) *visitor {
	return &visitor{addr: strings.TrimPrefix(edge, "http://")}
}

func (v *visitor) close() {
	if v.conn != nil {
		v.conn.Close()
		v.conn = nil
	}
}

// get asks once for a path. Location is the header's exact bytes.
func (v *visitor) get(ctx context.Context, path string) (status int, location string, err error) {
	if v.conn == nil {
		if v.conn, err = load.Dial(ctx, v.addr, startLimit); err != nil {
			return 0, "", err
		}
	}
	request := "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
	reuse, err := v.conn.Do([]byte(request), &v.answer)
	if !reuse {
		v.close()
	}
	return v.answer.Status, string(v.answer.Location), err
}

// eventually repeats check until it is true.
func eventually(t *testing.T, within time.Duration, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !check(); {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", within, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
