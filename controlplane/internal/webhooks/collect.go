package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
)

const (
	// maxWebhooks are looked at; more would be too many to keep in memory each second.
	maxWebhooks = 10_000
	blockLimit  = 20
	// entryLimit is above what a block holds.
	entryLimit = 10_000
)

// collect makes the messages of all changes that were sealed since that was last
// done. Nobody wants those up to block after.
func (h *Webhooks) collect(ctx context.Context, after int64) error {
	done, err := h.options.Store.Progress(ctx)
	if err != nil {
		return err
	}
	for done = max(done, after); ; {
		blocks, err := h.options.Store.ReadBlocks(ctx, done, blockLimit)
		if err != nil || len(blocks) == 0 {
			return err
		}
		// In this order: who subscribed before one of these was sealed is among them.
		hooks, err := h.options.Store.Webhooks(ctx, "", Place{}, maxWebhooks)
		if err != nil {
			return err
		}
		for _, block := range blocks {
			if err := h.collectBlock(ctx, block.Number, hooks); err != nil {
				return err
			}
			done = block.Number
		}
		if err := h.options.Store.SetProgress(ctx, done); err != nil {
			return err
		}
	}
}

func (h *Webhooks) collectBlock(ctx context.Context, block int64, hooks []Webhook) error {
	entries, err := h.options.Store.BlockEntries(ctx, block, entryLimit)
	if err != nil {
		return err
	}
	var messages []Message
	for i := range entries {
		for _, event := range eventsOf(&entries[i]) {
			for _, hook := range hooks {
				if hook.AfterBlock < block && hook.Workspace == entries[i].Workspace && slices.Contains(hook.Events, event) {
					m, err := h.changed(&hook, event, &entries[i])
					if err != nil {
						return err
					}
					messages = append(messages, m)
				}
			}
		}
	}
	if len(messages) == 0 {
		return nil
	}
	return h.options.Store.AddMessages(ctx, messages)
}

// state is what is read of a link in the audit.
type state struct {
	Status string `json:"status"`
}

// eventsOf says what an entry of the audit is to subscribers.
func eventsOf(e *audit.Entry) []string {
	switch e.Action {
	case "link.create":
		return []string{LinkCreated}
	case "link.delete":
		return []string{LinkDeleted}
	case "link.update":
		var before, after state
		// What cannot be read has no status.
		_ = json.Unmarshal([]byte(e.Before), &before)
		_ = json.Unmarshal([]byte(e.After), &after)
		if after.Status == "blocked" && before.Status != "blocked" {
			return []string{LinkUpdated, LinkBlocked}
		}
		return []string{LinkUpdated}
	}
	return nil
}

// body is a message as Standard Webhooks wants it.
type body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

type changeData struct {
	Workspace string          `json:"workspace"`
	Domain    string          `json:"domain"`
	Code      string          `json:"code"`
	Version   uint64          `json:"version"`
	Before    json.RawMessage `json:"before"` // null: the link was not there
	After     json.RawMessage `json:"after"`  // null: it is gone
}

type clicksData struct {
	Workspace string `json:"workspace"`
	Domain    string `json:"domain"`
	Code      string `json:"code"`
	Threshold uint64 `json:"threshold"`
	Clicks    uint64 `json:"clicks"`
}

func (h *Webhooks) changed(hook *Webhook, event string, e *audit.Entry) (Message, error) {
	domain, code, _ := strings.Cut(strings.TrimPrefix(e.Subject, "link "), "/")
	data := changeData{Workspace: e.Workspace, Domain: domain, Code: code, Version: e.Version, Before: orNull(e.Before), After: orNull(e.After)}
	return h.message(hook, "msg_"+e.ID+strings.TrimPrefix(event, "link"), event, e.At, data)
}

func orNull(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

func (h *Webhooks) message(hook *Webhook, id, event string, at int64, data any) (Message, error) {
	text, err := json.Marshal(body{event, time.UnixMilli(at).UTC(), data})
	if err != nil {
		return Message{}, fmt.Errorf("writing message: %w", err)
	}
	now := h.options.Now().UnixMilli()
	return Message{Webhook: hook.ID, ID: id, Event: event, Body: string(text), Status: Pending, DueAt: now, CreatedAt: now}, nil
}

// collectThresholds makes the messages of links that have their clicks. The id is
// the webhook's, so there is one, whoever makes it.
func (h *Webhooks) collectThresholds(ctx context.Context) error {
	all, err := h.options.Store.ReachedThresholds(ctx, maxWebhooks)
	if err != nil {
		return err
	}
	for i := range all {
		r := &all[i]
		m, err := h.message(&r.Webhook, "msg_"+r.ID+".clicks", LinkClicks, h.options.Now().UnixMilli(),
			clicksData{r.Workspace, r.Link.Domain, r.Link.Code, r.Threshold, r.Clicks})
		if err != nil {
			return err
		}
		if err := h.options.Store.AddMessages(ctx, []Message{m}); err != nil {
			return err
		}
		if err := h.options.Store.SettleThreshold(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}
