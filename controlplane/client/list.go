package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// Query selects links. Empty fields select everything.
type Query struct {
	Text      string // q
	Tag       string
	Domain    string
	Status    string
	CreatedBy string
	Order     string // newest or oldest
	Limit     int    // of one page; 0 leaves it to the control plane
	Cursor    string // NextCursor of the page before
}

// Page is a part of a listing.
type Page struct {
	Items      []Link  `json:"items"`
	NextCursor *string `json:"next_cursor"` // nil on the last page
}

// List gives one page.
func (c *Client) List(ctx context.Context, q Query) (*Page, error) {
	query := url.Values{}
	for name, value := range map[string]string{"q": q.Text, "tag": q.Tag, "domain": q.Domain, "status": q.Status,
		"created_by": q.CreatedBy, "order": q.Order, "cursor": q.Cursor} {
		setText(query, name, value)
	}
	if q.Limit != 0 {
		query.Set("limit", strconv.Itoa(q.Limit))
	}
	return answer[Page](ctx, c, http.MethodGet, "/urls", query, nil)
}

// All goes through all pages. It ends after an error.
func (c *Client) All(ctx context.Context, q Query) iter.Seq2[*Link, error] {
	return func(yield func(*Link, error) bool) {
		for {
			page, err := c.List(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Items {
				if !yield(&page.Items[i], nil) {
					return
				}
			}
			if page.NextCursor == nil {
				return
			}
			q.Cursor = *page.NextCursor
		}
	}
}
