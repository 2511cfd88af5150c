package client

import (
	"context"
	"net/http"
)

// MaxBulk is the most links of one CreateAll.
const MaxBulk = 1000

// BulkItem is what became of one row.
type BulkItem struct {
	Index   int      `json:"index"`
	Status  int      `json:"status"`
	URL     *Link    `json:"url,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

// CreateAll makes up to MaxBulk links. Rows fail one by one: look at each item.
func (c *Client) CreateAll(ctx context.Context, all []NewLink) ([]BulkItem, error) {
	body := struct {
		Items []NewLink `json:"items"`
	}{all}
	out, err := answer[struct {
		Items []BulkItem `json:"items"`
	}](ctx, c, http.MethodPost, "/urls/bulk", nil, body)
	if err != nil {
		return nil, err
	}
	return out.Items, nil
}
