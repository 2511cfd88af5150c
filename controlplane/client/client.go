package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Options of New. All but HTTP are required.
type Options struct {
	// URL of the control plane, such as https://control.example; the path of the
	// API is added.
	URL string
	// Key is the API key.
	Key string
	// HTTP sends the requests; nil means http.DefaultClient, which waits for ever:
	// bound calls by their context.
	HTTP *http.Client
}

// Client is safe for concurrent use.
type Client struct {
	options Options
	base    string
}

// New checks the options. Nothing is sent yet.
func New(o Options) (*Client, error) {
	parsed, err := url.Parse(o.URL)
	switch {
	case err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https":
		return nil, errors.New("client: URL is not http:// or https:// and a host")
	case o.Key == "":
		return nil, errors.New("client: Key is missing")
	}
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	return &Client{options: o, base: strings.TrimRight(o.URL, "/") + "/api/v1"}, nil
}

type headerKey struct{}

// WithIdempotencyKey gives a context in which a POST happens once, however often
// it is sent: the same key and body are answered as the first time.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return withHeader(ctx, "Idempotency-Key", key)
}

// IfMatch gives a context in which a change happens only if the link still has
// this version; otherwise it is a Problem with status 412.
func IfMatch(ctx context.Context, version uint64) context.Context {
	return withHeader(ctx, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
}

func withHeader(ctx context.Context, name, value string) context.Context {
	headers := http.Header{}
	if before, ok := ctx.Value(headerKey{}).(http.Header); ok {
		headers = before.Clone()
	}
	headers.Set(name, value)
	return context.WithValue(ctx, headerKey{}, headers)
}

// call sends body as JSON, if it is not nil, and reads the answer into out, if
// that is not nil.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, out any) error {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encoding request: %w", err)
		}
		in = bytes.NewReader(text)
	}
	response, err := c.send(ctx, method, path, query, "application/json", in)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if out == nil || response.StatusCode == http.StatusNoContent {
		_, err := io.Copy(io.Discard, response.Body) // so that the connection is used again
		return err
	}
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return fmt.Errorf("reading the answer to %s %s: %w", method, path, err)
	}
	return nil
}

// send gives a successful response, whose body the caller closes.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, contentType string, body io.Reader) (*http.Response, error) {
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fmt.Errorf("making request: %w", err)
	}
	if headers, ok := ctx.Value(headerKey{}).(http.Header); ok {
		request.Header = headers.Clone()
	}
	request.Header.Set("Authorization", "Bearer "+c.options.Key)
	if body != nil {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.options.HTTP.Do(request)
	if err != nil {
		return nil, fmt.Errorf("calling the control plane: %w", err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		defer response.Body.Close()
		return nil, readProblem(response)
	}
	return response, nil
}
