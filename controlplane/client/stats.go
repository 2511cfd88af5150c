package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// StatsQuery is what is asked about clicks. What is empty is left to the control
// plane.
type StatsQuery struct {
	From, To time.Time // zero: the link's creation, and now
	Bucket   string    // minute, hour or day
	TZ       string    // such as Europe/Berlin
	By       string    // such as country
	Top      int       // most groups
	Previous bool      // compare with the time before
	Bots     string    // include, exclude or only
}

// LinkStats is a link's clicks over a time.
type LinkStats struct {
	Domain string `json:"domain"`
	Code   string `json:"code"`
	ClickStats
}

// TotalStats is the clicks of many links over a time.
type TotalStats struct {
	Domain *string `json:"domain"` // nil: of all domains
	Tag    *string `json:"tag"`    // nil: with any tags
	ClickStats
}

// ClickStats is what is known of clicks.
type ClickStats struct {
	ClickPeriod
	Bucket      string       `json:"bucket"`
	TZ          string       `json:"tz"`
	Groups      *ClickGroups `json:"groups"`        // nil unless By was asked for
	Previous    *ClickPeriod `json:"previous"`      // nil unless it was asked for
	FinalUntil  *time.Time   `json:"final_until"`   // every click before is booked
	FinalHeldBy *string      `json:"final_held_by"` // the edge that is the furthest behind
}

// ClickPeriod is the clicks of a time.
type ClickPeriod struct {
	From    time.Time     `json:"from"`
	To      time.Time     `json:"to"`
	Total   uint64        `json:"total"`
	Bots    uint64        `json:"bots"`
	Uniques *Uniques      `json:"uniques"`
	Items   []ClickBucket `json:"items"` // those with clicks, the oldest first
}

// ClickBucket is the clicks of one bucket.
type ClickBucket struct {
	Start   time.Time `json:"start"`
	Count   uint64    `json:"count"`
	Bots    uint64    `json:"bots"`
	Uniques *uint64   `json:"uniques"` // nil unless the bucket is a day of UTC
}

// Uniques is an estimate of the people that came in whole days of UTC.
type Uniques struct {
	Count uint64    `json:"count"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
}

// ClickGroups is how clicks divide by a dimension, over whole hours or days.
type ClickGroups struct {
	By      string       `json:"by"`
	From    time.Time    `json:"from"`
	To      time.Time    `json:"to"`
	Items   []ClickGroup `json:"items"` // the largest first
	Other   uint64       `json:"other"`
	Unknown uint64       `json:"unknown"`
}

// ClickGroup is the clicks with one value.
type ClickGroup struct {
	Value string `json:"value"`
	Count uint64 `json:"count"`
}

// Stats counts a link's clicks.
func (c *Client) Stats(ctx context.Context, domain, code string, q StatsQuery) (*LinkStats, error) {
	return answer[LinkStats](ctx, c, http.MethodGet, linkPath(code)+"/stats", q.on(of(domain)), nil)
}

// Totals counts the clicks of all links that the key sees, or of those of a
// domain and with a tag.
func (c *Client) Totals(ctx context.Context, domain, tag string, q StatsQuery) (*TotalStats, error) {
	query := of(domain)
	setText(query, "tag", tag)
	return answer[TotalStats](ctx, c, http.MethodGet, "/stats", q.on(query), nil)
}

// on adds q to a query.
func (q *StatsQuery) on(query url.Values) url.Values {
	for name, value := range map[string]string{"bucket": q.Bucket, "tz": q.TZ, "by": q.By, "bots": q.Bots} {
		setText(query, name, value)
	}
	for name, at := range map[string]time.Time{"from": q.From, "to": q.To} {
		if !at.IsZero() {
			query.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	if q.Top != 0 {
		query.Set("top", strconv.Itoa(q.Top))
	}
	if q.Previous {
		query.Set("compare", "previous")
	}
	return query
}
