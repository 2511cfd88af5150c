package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/webhooks"
)

// Webhook is a webhook as the API shows it, which is without its secret.
type Webhook struct {
	ID        string    `json:"id" example:"wh4FT9SQE1ABCDEF"`
	Workspace string    `json:"workspace" doc:"Whose links it is about." example:"default"`
	URL       string    `json:"url" example:"https://example.com/hooks/links"`
	Events    []string  `json:"events" nullable:"false" example:"[\"link.created\",\"link.blocked\"]"`
	Domain    string    `json:"domain,omitempty" doc:"With code, the link whose clicks link.clicks waits for."`
	Code      string    `json:"code,omitempty"`
	Threshold uint64    `json:"threshold,omitempty" doc:"How many clicks link.clicks waits for."`
	Reached   bool      `json:"reached" doc:"The link has them, and the message is made."`
	CreatedAt time.Time `json:"created_at"`
}

// NewWebhook is a webhook that was just made.
type NewWebhook struct {
	Webhook
	Secret string `json:"secret" doc:"What messages are signed with. It is shown only here; keep it."`
}

// Delivery is a message as the API shows it.
type Delivery struct {
	ID          string     `json:"id" doc:"The webhook-id that the message carries each time that it is sent."`
	Event       string     `json:"event" example:"link.created"`
	Status      string     `json:"status" enum:"pending,sent,dead"`
	Attempts    int        `json:"attempts"`
	Problem     string     `json:"problem" doc:"Of the last attempt." example:"answered 500"`
	NextAttempt *time.Time `json:"next_attempt_at" doc:"null: it is settled."`
	CreatedAt   time.Time  `json:"created_at"`
	SettledAt   *time.Time `json:"settled_at" doc:"null: it is pending."`
	Body        string     `json:"body" doc:"What is sent."`
}

type createWebhookRequest struct {
	Body struct {
		URL       string   `json:"url" doc:"Where messages are posted: https, at a public address." example:"https://example.com/hooks/links"`
		Events    []string `json:"events" nullable:"false" doc:"Some of link.created, link.updated, link.deleted, link.blocked, link.clicks." example:"[\"link.created\"]"`
		Workspace string   `json:"workspace,omitempty" doc:"Without it, your own key's workspace."`
		Domain    string   `json:"domain,omitempty" doc:"Of link.clicks: the link's domain; the default domain without it."`
		Code      string   `json:"code,omitempty" doc:"Of link.clicks: the link."`
		Threshold uint64   `json:"threshold,omitempty" doc:"Of link.clicks: how many clicks to wait for." example:"1000"`
	}
}

type newWebhookAnswer struct{ Body NewWebhook }

type listWebhooksRequest struct {
	Page
	Workspace string `query:"workspace" doc:"Webhooks of this workspace."`
}

// WebhookAddress names the webhook that a call is about.
type WebhookAddress struct {
	ID string `path:"id" doc:"The webhook's id."`
}

type listDeliveriesRequest struct {
	WebhookAddress
	Page
	Status string `query:"status" enum:"pending,sent,dead" doc:"Only messages of this status."`
}

type redeliverRequest struct {
	WebhookAddress
	Delivery string `path:"delivery" doc:"The message's id."`
}

func (a *api) registerWebhooks() {
	const path = "/api/v1/webhooks"
	handle(a, access.Admin, huma.Operation{
		OperationID: "create-webhook", Method: http.MethodPost, Path: path, DefaultStatus: http.StatusCreated,
		Summary: "Subscribe to events", Tags: []string{"webhooks"},
		Description: "Messages are signed as Standard Webhooks says: webhook-signature is v1, and the base64 of HMAC-SHA256 over webhook-id.webhook-timestamp.body, " +
			"with the secret's part behind whsec_, base64-decoded, as the key. They arrive at least once, in no certain order; webhook-id tells which came before. " +
			"What does not answer 2xx within 15 s is tried again for a day, and is dead then.",
	}, a.createWebhook)
	handle(a, access.Admin, huma.Operation{
		OperationID: "list-webhooks", Method: http.MethodGet, Path: path, Summary: "List webhooks", Tags: []string{"webhooks"},
	}, a.listWebhooks)
	handle(a, access.Admin, huma.Operation{
		OperationID: "delete-webhook", Method: http.MethodDelete, Path: path + "/{id}", DefaultStatus: http.StatusNoContent,
		Summary: "Unsubscribe", Tags: []string{"webhooks"}, Description: "Its messages are forgotten.",
	}, func(ctx context.Context, _ access.Key, in *WebhookAddress) (*struct{}, error) {
		if err := checkStorable(map[string]string{"id": in.ID}); err != nil {
			return nil, err
		}
		return nil, told("deleting webhook", "webhook", a.Webhooks.Delete(ctx, in.ID))
	})
	handle(a, access.Admin, huma.Operation{
		OperationID: "list-deliveries", Method: http.MethodGet, Path: path + "/{id}/deliveries", Summary: "List a webhook's messages", Tags: []string{"webhooks"},
		Description: "The oldest first. Those that were sent are kept for 7 days, dead ones for 30.",
	}, a.listDeliveries)
	handle(a, access.Admin, huma.Operation{
		OperationID: "redeliver", Method: http.MethodPost, Path: path + "/{id}/deliveries/{delivery}/redeliver", DefaultStatus: http.StatusAccepted,
		Summary: "Send a message again", Tags: []string{"webhooks"}, Description: "As if it were new: it is tried for a day.",
	}, func(ctx context.Context, _ access.Key, in *redeliverRequest) (*struct{}, error) {
		if err := checkStorable(map[string]string{"delivery": in.Delivery, "id": in.ID}); err != nil {
			return nil, err
		}
		return nil, told("sending message again", "message of this webhook", a.Webhooks.Resend(ctx, in.ID, in.Delivery))
	})
}

func (a *api) createWebhook(ctx context.Context, by access.Key, in *createWebhookRequest) (*newWebhookAnswer, error) {
	b := &in.Body
	wanted := webhooks.Webhook{Workspace: b.Workspace, URL: b.URL, Events: b.Events, Threshold: b.Threshold}
	if wanted.Workspace == "" {
		wanted.Workspace = by.Workspace
	}
	if b.Code != "" {
		key, err := a.Links.Key(b.Domain, b.Code)
		if err != nil {
			return nil, err
		}
		// For a link that is none of the workspace's it would wait for ever.
		if _, err := a.Links.Read(ctx, links.Caller{Workspace: wanted.Workspace}, key); err != nil {
			return nil, err
		}
		wanted.Link = key
	}
	made, err := a.Webhooks.Create(ctx, wanted)
	if err != nil {
		return nil, told("making webhook", "webhook", err)
	}
	return &newWebhookAnswer{NewWebhook{showWebhook(&made), made.Secret}}, nil
}

func (a *api) listWebhooks(ctx context.Context, _ access.Key, in *listWebhooksRequest) (*items[Webhook], error) {
	listing := fmt.Sprintf("webhooks %q", in.Workspace)
	after, err := a.openPlace(in.Cursor, listing)
	if err != nil {
		return nil, err
	}
	if err := checkStorable(map[string]string{"workspace": in.Workspace}); err != nil {
		return nil, err
	}
	found, err := a.Webhooks.List(ctx, in.Workspace, webhooks.Place{At: after.at, ID: after.id}, in.Limit+1)
	if err != nil {
		return nil, told("listing webhooks", "webhook", err)
	}
	return listed(found, in.Limit, showWebhook, func(last *webhooks.Webhook) *string {
		return a.sealPlace(place{last.CreatedAt, last.ID}, listing)
	}), nil
}

func (a *api) listDeliveries(ctx context.Context, _ access.Key, in *listDeliveriesRequest) (*items[Delivery], error) {
	listing := fmt.Sprintf("deliveries %q %q", in.ID, in.Status)
	after, err := a.openPlace(in.Cursor, listing)
	if err != nil {
		return nil, err
	}
	if err := checkStorable(map[string]string{"id": in.ID}); err != nil {
		return nil, err
	}
	found, err := a.Webhooks.Messages(ctx, in.ID, webhooks.Status(in.Status), webhooks.Place{At: after.at, ID: after.id}, in.Limit+1)
	if err != nil {
		return nil, told("listing messages", "webhook", err)
	}
	return listed(found, in.Limit, showDelivery, func(last *webhooks.Message) *string {
		return a.sealPlace(place{last.CreatedAt, last.ID}, listing)
	}), nil
}

func showWebhook(w *webhooks.Webhook) Webhook {
	return Webhook{
		ID: w.ID, Workspace: w.Workspace, URL: w.URL, Events: w.Events, Domain: w.Link.Domain, Code: w.Link.Code,
		Threshold: w.Threshold, Reached: w.Reached, CreatedAt: time.UnixMilli(w.CreatedAt).UTC(),
	}
}

func showDelivery(m *webhooks.Message) Delivery {
	shown := Delivery{
		ID: m.ID, Event: m.Event, Status: string(m.Status), Attempts: m.Attempts, Problem: m.Problem, Body: m.Body,
		CreatedAt: time.UnixMilli(m.CreatedAt).UTC(), SettledAt: timeOf(m.SettledAt),
	}
	if m.Status == webhooks.Pending {
		shown.NextAttempt = timeOf(m.DueAt)
	}
	return shown
}
