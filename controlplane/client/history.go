package client

import (
	"context"
	"net/http"
	"time"
)

// LinkVersion is one version of a link.
type LinkVersion struct {
	Version uint64        `json:"version"`
	At      time.Time     `json:"at"`
	By      string        `json:"by"`
	Changes []FieldChange `json:"changes"`
	URL     Link          `json:"url"`
}

// FieldChange is one field that a version changed.
type FieldChange struct {
	Field string `json:"field"`
	Old   any    `json:"old"`
	New   any    `json:"new"`
}

// HistoryPage is a part of a history, the newest version first.
type HistoryPage struct {
	Items      []LinkVersion `json:"items"`
	NextCursor *string       `json:"next_cursor"` // nil on the last page
}

// History gives the versions of a link that follow cursor, the NextCursor of the
// page before; "" starts with the newest.
func (c *Client) History(ctx context.Context, domain, code, cursor string) (*HistoryPage, error) {
	query := of(domain)
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	return answer[HistoryPage](ctx, c, http.MethodGet, linkPath(code)+"/history", query, nil)
}

// Rollback gives a link the content of one of its versions, as a new version.
func (c *Client) Rollback(ctx context.Context, domain, code string, version uint64) (*Link, error) {
	body := struct {
		Version uint64 `json:"version"`
	}{version}
	return answer[Link](ctx, c, http.MethodPost, linkPath(code)+"/rollback", of(domain), body)
}

// Resolution is what an edge answers, and why.
type Resolution struct {
	Status   int       `json:"status"`
	Location *string   `json:"location"`
	Reason   string    `json:"reason"`
	Detail   string    `json:"detail"`
	Domain   string    `json:"domain"`
	Code     string    `json:"code"`
	At       time.Time `json:"at"`
	Version  *uint64   `json:"version"`
	Since    time.Time `json:"since,omitzero"`
}

// Resolve tells what an edge answers to a visitor of a short URL at a moment; the
// zero time is now.
func (c *Client) Resolve(ctx context.Context, short string, at time.Time) (*Resolution, error) {
	body := struct {
		URL string     `json:"url"`
		At  *time.Time `json:"at,omitempty"`
	}{URL: short}
	if !at.IsZero() {
		body.At = &at
	}
	return answer[Resolution](ctx, c, http.MethodPost, "/resolve", nil, body)
}
