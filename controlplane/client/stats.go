package client

import (
	"context"
	"net/http"
	"time"
)

// Stats is a link's clicks over a time.
type Stats struct {
	Domain string        `json:"domain"`
	Code   string        `json:"code"`
	From   time.Time     `json:"from"`
	To     time.Time     `json:"to"`
	Bucket string        `json:"bucket"`
	Total  uint64        `json:"total"`
	Items  []ClickBucket `json:"items"` // those with clicks, the oldest first
}

// ClickBucket is the clicks of one bucket.
type ClickBucket struct {
	Start time.Time `json:"start"`
	Count uint64    `json:"count"`
}

// Stats counts a link's clicks in buckets of minute, hour or day, since from and
// until to; their zero values are the link's creation and now.
func (c *Client) Stats(ctx context.Context, domain, code, bucket string, from, to time.Time) (*Stats, error) {
	query := of(domain)
	setText(query, "bucket", bucket)
	for name, at := range map[string]time.Time{"from": from, "to": to} {
		if !at.IsZero() {
			query.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	return answer[Stats](ctx, c, http.MethodGet, linkPath(code)+"/stats", query, nil)
}
