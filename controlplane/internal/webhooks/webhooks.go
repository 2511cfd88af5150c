package webhooks

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
)

// Webhooks keeps subscriptions, and sends what they ask for while Run runs. It is
// safe for concurrent use, and any number of replicas may work on one Store.
type Webhooks struct {
	options Options
	client  *http.Client
	metrics metrics
	// These are Run's.
	failing bool // its last round ended with an error
	forgot  time.Time
}

// New checks the options.
func New(o Options) (*Webhooks, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	m, err := newMetrics(o.Registerer)
	if err != nil {
		return nil, fmt.Errorf("webhooks: %w", err)
	}
	return &Webhooks{options: o, client: newClient(o.Within, o.Private), metrics: m}, nil
}

// maxThreshold is more clicks than anybody counts.
const maxThreshold = 1 << 50

// Create adds a webhook and gives its secret, which can be had nowhere else. What
// is wrong with w comes back as access.InvalidFields.
func (h *Webhooks) Create(ctx context.Context, w Webhook) (Webhook, error) {
	if err := h.check(ctx, &w); err != nil {
		return Webhook{}, err
	}
	last, err := h.options.Store.LastBlock(ctx)
	if err != nil {
		return Webhook{}, fmt.Errorf("creating webhook: %w", err)
	}
	w.ID, w.Secret = "wh"+rand.Text()[:14], newSecret()
	w.AfterBlock, w.CreatedAt = last.Number, h.options.Now().UnixMilli()
	if err := h.options.Store.InsertWebhook(ctx, w); err != nil {
		return Webhook{}, fmt.Errorf("creating webhook: %w", err)
	}
	return w, nil
}

func (h *Webhooks) check(ctx context.Context, w *Webhook) error {
	var bad access.InvalidFields
	add := func(field, detail string) { bad = append(bad, access.Invalid{Field: field, Detail: detail}) }
	if err := checkTarget(w.URL, h.options.Private); err != nil {
		add("url", err.Error())
	}
	slices.Sort(w.Events)
	w.Events = slices.Compact(w.Events)
	for _, event := range w.Events {
		if !slices.Contains(Events(), event) {
			add("events", "must be some of "+strings.Join(Events(), ", "))
		}
	}
	if len(w.Events) == 0 {
		add("events", "is empty")
	}
	counts := slices.Contains(w.Events, LinkClicks)
	switch {
	case counts && (w.Threshold == 0 || w.Threshold > maxThreshold):
		add("threshold", "must be the number of clicks that link.clicks waits for")
	case counts && (w.Link.Domain == "" || w.Link.Code == ""):
		add("code", "must be the link whose clicks link.clicks waits for")
	case !counts && w.Threshold > 0:
		add("threshold", "is only for link.clicks")
	}
	if len(bad) > 0 {
		return bad
	}
	there, err := h.options.Workspace(ctx, w.Workspace)
	if err == nil && !there {
		return access.InvalidFields{{Field: "workspace", Detail: "is not there"}}
	}
	return err
}

// Delete ends a webhook and forgets its messages.
func (h *Webhooks) Delete(ctx context.Context, id string) error {
	return h.options.Store.DeleteWebhook(ctx, id)
}

// List lists webhooks, those of all workspaces if workspace is empty.
func (h *Webhooks) List(ctx context.Context, workspace string, after Place, limit int) ([]Webhook, error) {
	return h.options.Store.Webhooks(ctx, workspace, after, limit)
}

// Messages lists the messages of a webhook, of every status if status is empty.
func (h *Webhooks) Messages(ctx context.Context, webhook string, status Status, after Place, limit int) ([]Message, error) {
	if _, err := h.options.Store.Webhook(ctx, webhook); err != nil {
		return nil, err
	}
	return h.options.Store.Messages(ctx, webhook, status, after, limit)
}

// Resend sends a message again, as if it were new.
func (h *Webhooks) Resend(ctx context.Context, webhook, id string) error {
	return h.options.Store.ResendMessage(ctx, webhook, id)
}
