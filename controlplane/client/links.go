package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Link is a link as the API shows it.
type Link struct {
	Domain       string         `json:"domain"`
	Code         string         `json:"code"`
	ShortURL     string         `json:"short_url"`
	LongURL      string         `json:"long_url"`
	Status       string         `json:"status"` // active, disabled, blocked or deleted
	Redirect     int            `json:"redirect"`
	StartsAt     *time.Time     `json:"starts_at"`
	ExpiresAt    *time.Time     `json:"expires_at"`
	ExpiredURL   *string        `json:"expired_url"`
	ForwardQuery bool           `json:"forward_query"`
	Strict       bool           `json:"strict"`
	Title        string         `json:"title"`
	Note         string         `json:"note"`
	Tags         []string       `json:"tags"`
	Custom       bool           `json:"custom"`
	Version      uint64         `json:"version"`
	Revision     int64          `json:"revision,omitempty"` // 0: not known, or of what the link was
	CreatedBy    string         `json:"created_by"`
	CreatedAt    time.Time      `json:"created_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
	Clicks       *Clicks        `json:"clicks,omitempty"` // nil in what the link was
	Warnings     []ProblemField `json:"warnings,omitempty"`
}

// Clicks is how often a link was followed.
type Clicks struct {
	Count   uint64 `json:"count"`
	Pending uint64 `json:"pending"`
}

// NewLink is a link to create. Only LongURL is required.
type NewLink struct {
	LongURL      string     `json:"long_url"`
	Alias        string     `json:"alias,omitempty"`
	Domain       string     `json:"domain,omitempty"`
	TTL          int64      `json:"ttl,omitempty"` // seconds; not together with ExpiresAt
	ExpiresAt    *time.Time `json:"expires_at,omitempty"`
	StartsAt     *time.Time `json:"starts_at,omitempty"`
	Redirect     int        `json:"redirect,omitempty"` // 301, 302, 307 or 308
	ExpiredURL   string     `json:"expired_url,omitempty"`
	ForwardQuery bool       `json:"forward_query,omitempty"`
	Strict       bool       `json:"strict,omitempty"`
	Title        string     `json:"title,omitempty"`
	Note         string     `json:"note,omitempty"`
	Tags         []string   `json:"tags,omitempty"`
	IfExists     string     `json:"if_exists,omitempty"` // create or return
}

// Change says what to change; nil leaves a field as it is. Clear names fields to
// empty or to reset, such as expires_at, tags or redirect.
type Change struct {
	LongURL      *string    `json:"long_url,omitempty"`
	Alias        *string    `json:"alias,omitempty"`
	Status       *string    `json:"status,omitempty"`
	TTL          *int64     `json:"ttl,omitempty"`
	ExpiresAt    *time.Time `json:"expires_at,omitempty"`
	StartsAt     *time.Time `json:"starts_at,omitempty"`
	Redirect     *int       `json:"redirect,omitempty"`
	ExpiredURL   *string    `json:"expired_url,omitempty"`
	ForwardQuery *bool      `json:"forward_query,omitempty"`
	Strict       *bool      `json:"strict,omitempty"`
	Title        *string    `json:"title,omitempty"`
	Note         *string    `json:"note,omitempty"`
	Tags         *[]string  `json:"tags,omitempty"`
	Clear        []string   `json:"-"`
}

// MarshalJSON writes null for what is to be cleared.
func (c Change) MarshalJSON() ([]byte, error) {
	type plain Change // without this method
	text, err := json.Marshal(plain(c))
	if err != nil || len(c.Clear) == 0 {
		return text, err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	for _, name := range c.Clear {
		if fields[name] != nil {
			return nil, errors.New("client: " + name + " is both set and cleared")
		}
		fields[name] = nil
	}
	return json.Marshal(fields)
}

// Create makes a link.
func (c *Client) Create(ctx context.Context, n NewLink) (*Link, error) {
	return answer[Link](ctx, c, http.MethodPost, "/urls", nil, n)
}

// Read gives a link; domain "" is the default one, here and below.
func (c *Client) Read(ctx context.Context, domain, code string) (*Link, error) {
	return answer[Link](ctx, c, http.MethodGet, linkPath(code), of(domain), nil)
}

// ReadAt gives a link as it was at a moment.
func (c *Client) ReadAt(ctx context.Context, domain, code string, at time.Time) (*Link, error) {
	query := of(domain)
	query.Set("at", at.UTC().Format(time.RFC3339Nano))
	return answer[Link](ctx, c, http.MethodGet, linkPath(code), query, nil)
}

// Change changes a link.
func (c *Client) Change(ctx context.Context, domain, code string, change Change) (*Link, error) {
	return answer[Link](ctx, c, http.MethodPatch, linkPath(code), of(domain), change)
}

// Delete deletes a link.
func (c *Client) Delete(ctx context.Context, domain, code string) error {
	return c.call(ctx, http.MethodDelete, linkPath(code), of(domain), nil, nil)
}

// QR draws a link's QR code: format svg or png, size in pixels, ecc L, M, Q or H;
// zero values leave them to the control plane.
func (c *Client) QR(ctx context.Context, domain, code, format string, size int, ecc string) ([]byte, error) {
	query := of(domain)
	setText(query, "format", format)
	setText(query, "ecc", ecc)
	if size != 0 {
		query.Set("size", strconv.Itoa(size))
	}
	return c.read(ctx, linkPath(code)+"/qr", query)
}

// answer is call for calls that answer with a T.
func answer[T any](ctx context.Context, c *Client, method, path string, query url.Values, body any) (*T, error) {
	out := new(T)
	if err := c.call(ctx, method, path, query, body, out); err != nil {
		return nil, err
	}
	return out, nil
}

func linkPath(code string) string { return "/urls/" + url.PathEscape(code) }

func of(domain string) url.Values {
	query := url.Values{}
	setText(query, "domain", domain)
	return query
}

func setText(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}
