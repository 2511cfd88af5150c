package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// api calls the control plane's public API over kept-alive connections.
type api struct {
	client *http.Client
	base   string // without a slash at the end
	key    string
}

// linkAnswer is the part of an API link that is looked at.
type linkAnswer struct {
	Domain  string `json:"domain"`
	Code    string `json:"code"`
	LongURL string `json:"long_url"`
}

// refusal is an answer of the API other than the wanted one.
type refusal struct {
	status     int
	retryAfter time.Duration // zero if the API named none
	body       string
}

func (r *refusal) Error() string { return fmt.Sprintf("answered %d: %s", r.status, r.body) }

// later says whether the API asks for the same call again after retryAfter.
func (r *refusal) later() bool {
	return r.retryAfter > 0 && (r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable)
}

func newAPI(control, key string, connections int) *api {
	return &api{
		base: strings.TrimRight(control, "/"), key: key,
		client: &http.Client{
			Timeout: 10 * time.Second,
			Transport: &http.Transport{
				MaxIdleConnsPerHost: connections,
				MaxConnsPerHost:     connections,
				DisableCompression:  true,
			},
		},
	}
}

func (a *api) close() { a.client.CloseIdleConnections() }

// create shortens target; the answer must be 201.
func (a *api) create(ctx context.Context, target string) (linkAnswer, error) {
	var l linkAnswer
	err := a.call(ctx, "POST", "/api/v1/urls", map[string]string{"long_url": target}, http.StatusCreated, &l)
	return l, err
}

// retarget changes where a link goes.
func (a *api) retarget(ctx context.Context, e *entry, target string) error {
	var l linkAnswer
	if err := a.call(ctx, "PATCH", e.path(""), map[string]string{"long_url": target}, http.StatusOK, &l); err != nil {
		return err
	}
	if l.LongURL != target {
		return fmt.Errorf("answered long_url %q, want %q", l.LongURL, target)
	}
	return nil
}

// total is how many clicks the statistics hold for a link.
func (a *api) total(ctx context.Context, e *entry) (uint64, error) {
	var s struct {
		Total *uint64 `json:"total"`
	}
	if err := a.call(ctx, "GET", e.path("/stats"), nil, http.StatusOK, &s); err != nil {
		return 0, err
	}
	if s.Total == nil {
		return 0, fmt.Errorf("statistics of %s have no total", e.code)
	}
	return *s.Total, nil
}

func (e *entry) path(rest string) string {
	return "/api/v1/urls/" + e.code + rest + "?domain=" + url.QueryEscape(e.host)
}

// call makes one call and decodes the answer into out, if its status is want.
// Otherwise the error is a *refusal, or says that no answer came.
func (a *api) call(ctx context.Context, method, path string, in any, want int, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encoding request: %w", err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, body)
	if err != nil {
		return fmt.Errorf("making request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+a.key)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err // it names method, URL and cause already
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("reading answer to %s %s: %w", method, path, err)
	}
	if resp.StatusCode != want {
		return refused(resp, b)
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("decoding answer to %s %s: %w", method, path, err)
	}
	return nil
}

func refused(resp *http.Response, body []byte) *refusal {
	r := &refusal{status: resp.StatusCode, body: string(body[:min(len(body), 300)])}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s >= 0 {
		r.retryAfter = max(time.Duration(s)*time.Second, 100*time.Millisecond)
	}
	return r
}
