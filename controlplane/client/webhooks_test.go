package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/client"
)

// TestWebhooks goes through a webhook's life by every call.
func TestWebhooks(t *testing.T) {
	c, _ := start(t)
	ctx := t.Context()
	made := must[*client.MadeWebhook](t)(c.Subscribe(ctx, client.NewWebhook{URL: "https://hooks.invalid/", Events: []string{"link.created"}}))
	if made.ID == "" || made.Workspace != "default" || !strings.HasPrefix(made.Secret, "whsec_") {
		t.Errorf("made %+v", made)
	}
	var problem *client.Problem
	if _, err := c.Subscribe(ctx, client.NewWebhook{URL: "http://127.0.0.1/", Events: []string{"link.created"}}); !errors.As(err, &problem) || problem.Errors[0].Field != "url" {
		t.Errorf("a target inside: %v", err)
	}
	listed := 0
	for w, err := range c.Webhooks(ctx, "") {
		if listed++; err != nil || w.ID != made.ID {
			t.Errorf("listed %+v, %v", w, err)
		}
	}
	if listed != 1 {
		t.Errorf("%d are listed", listed)
	}
	for w, err := range c.Webhooks(ctx, "another") {
		t.Errorf("of another workspace: %+v, %v", w, err)
	}
	for d, err := range c.Deliveries(ctx, made.ID, "dead") {
		t.Errorf("dead is %+v, %v", d, err)
	}
	if err := c.Redeliver(ctx, made.ID, "none"); !errors.As(err, &problem) || problem.Status != 404 {
		t.Errorf("sending none again: %v", err)
	}
	if err := c.Unsubscribe(ctx, made.ID); err != nil {
		t.Error(err)
	}
	for _, err := range c.Deliveries(ctx, made.ID, "") {
		if !errors.As(err, &problem) || problem.Status != 404 {
			t.Errorf("messages of no webhook: %v", err)
		}
	}
}
