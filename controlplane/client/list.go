package client

import (
	"context"
	"iter"
	"maps"
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
type Page = page[Link]

type page[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"next_cursor"` // nil on the last page
}

// List gives one page.
func (c *Client) List(ctx context.Context, q Query) (*Page, error) {
	return answer[Page](ctx, c, http.MethodGet, "/urls", q.values(), nil)
}

// All goes through all pages. It ends after an error.
func (c *Client) All(ctx context.Context, q Query) iter.Seq2[*Link, error] {
	return each[Link](ctx, c, "/urls", q.values())
}

func (q Query) values() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"q": q.Text, "tag": q.Tag, "domain": q.Domain, "status": q.Status,
		"created_by": q.CreatedBy, "order": q.Order, "cursor": q.Cursor} {
		setText(query, name, value)
	}
	if q.Limit != 0 {
		query.Set("limit", strconv.Itoa(q.Limit))
	}
	return query
}

// each goes through all pages of a listing. It ends after an error.
func each[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		query := maps.Clone(query) // it may be gone through again
		for {
			found, err := answer[page[T]](ctx, c, http.MethodGet, path, query, nil)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range found.Items {
				if !yield(&found.Items[i], nil) {
					return
				}
			}
			if found.NextCursor == nil {
				return
			}
			query.Set("cursor", *found.NextCursor)
		}
	}
}
