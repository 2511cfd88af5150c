package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// NewWebhook is what a webhook is to be. URL and Events are required.
type NewWebhook struct {
	URL       string   `json:"url"`
	Events    []string `json:"events"`              // such as link.created
	Workspace string   `json:"workspace,omitempty"` // "": the key's own
	// Domain, Code and Threshold are for link.clicks: of which link how many.
	Domain    string `json:"domain,omitempty"`
	Code      string `json:"code,omitempty"`
	Threshold uint64 `json:"threshold,omitempty"`
}

// Webhook is a subscription.
type Webhook struct {
	ID        string    `json:"id"`
	Workspace string    `json:"workspace"`
	URL       string    `json:"url"`
	Events    []string  `json:"events"`
	Domain    string    `json:"domain,omitempty"`
	Code      string    `json:"code,omitempty"`
	Threshold uint64    `json:"threshold,omitempty"`
	Reached   bool      `json:"reached"` // the link has its clicks
	CreatedAt time.Time `json:"created_at"`
}

// MadeWebhook is a webhook that was just made.
type MadeWebhook struct {
	Webhook
	Secret string `json:"secret"` // signs its messages, and is shown only here
}

// Delivery is a message to a webhook.
type Delivery struct {
	ID          string     `json:"id"`
	Event       string     `json:"event"`
	Status      string     `json:"status"` // pending, sent or dead
	Attempts    int        `json:"attempts"`
	Problem     string     `json:"problem"`         // of the last attempt
	NextAttempt *time.Time `json:"next_attempt_at"` // nil if it is settled
	CreatedAt   time.Time  `json:"created_at"`
	SettledAt   *time.Time `json:"settled_at"` // nil if it is pending
	Body        string     `json:"body"`
}

// Subscribe makes a webhook. It needs an admin's key, as all calls about webhooks do.
func (c *Client) Subscribe(ctx context.Context, w NewWebhook) (*MadeWebhook, error) {
	return answer[MadeWebhook](ctx, c, http.MethodPost, "/webhooks", nil, w)
}

// Unsubscribe ends a webhook and forgets its messages.
func (c *Client) Unsubscribe(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, webhookPath(id), nil, nil, nil)
}

// Webhooks goes through those of a workspace, or of all if it is "". It ends after
// an error.
func (c *Client) Webhooks(ctx context.Context, workspace string) iter.Seq2[*Webhook, error] {
	query := url.Values{}
	setText(query, "workspace", workspace)
	return each[Webhook](ctx, c, "/webhooks", query)
}

// Deliveries goes through a webhook's messages, the oldest first; those of one
// status unless it is "". It ends after an error.
func (c *Client) Deliveries(ctx context.Context, webhook, status string) iter.Seq2[*Delivery, error] {
	query := url.Values{}
	setText(query, "status", status)
	return each[Delivery](ctx, c, webhookPath(webhook)+"/deliveries", query)
}

// Redeliver sends a message again, as if it were new.
func (c *Client) Redeliver(ctx context.Context, webhook, delivery string) error {
	return c.call(ctx, http.MethodPost, webhookPath(webhook)+"/deliveries/"+url.PathEscape(delivery)+"/redeliver", nil, nil, nil)
}

func webhookPath(id string) string { return "/webhooks/" + url.PathEscape(id) }
