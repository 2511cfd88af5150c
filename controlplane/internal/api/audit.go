package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
)

// AuditEntry is one change as the API shows it.
type AuditEntry struct {
	ID        string          `json:"id"`
	At        time.Time       `json:"at"`
	KeyID     string          `json:"key_id" doc:"The API key that made the change; empty: the program itself, or its command line."`
	UserID    string          `json:"user_id"`
	Address   string          `json:"address" doc:"Where the request came from." example:"203.0.113.7"`
	Workspace string          `json:"workspace" doc:"Whose thing was changed."`
	Action    string          `json:"action" example:"link.update"`
	Subject   string          `json:"subject" example:"link go.example.com/autumn"`
	Version   uint64          `json:"version" doc:"The subject's after the change; 0 if it has none."`
	Before    json.RawMessage `json:"before" doc:"The subject before; null: it was not there."`
	After     json.RawMessage `json:"after" doc:"The subject after; null: it is gone."`
	Block     int64           `json:"block" doc:"Where in the chain the entry is sealed; 0: not yet, for a second or so."`
}

type listAuditRequest struct {
	Page
	Workspace string `query:"workspace"`
	Subject   string `query:"subject" doc:"Such as: link go.example.com/autumn."`
	Action    string `query:"action" doc:"Such as: link.update."`
	UserID    string `query:"user_id"`
	KeyID     string `query:"key_id"`
}

type listAuditAnswer struct {
	Head string `header:"Fingerpost-Audit-Head" doc:"The end of the chain, NUMBER:HASH. Written down elsewhere, it proves later that nothing before it was altered."`
	Body struct {
		Items      []AuditEntry `json:"items" nullable:"false"`
		NextCursor *string      `json:"next_cursor" doc:"Where the next page starts; null on the last one."`
	}
}

func (a *api) registerAudit() {
	handle(a, access.Admin, huma.Operation{
		OperationID: "list-audit", Method: http.MethodGet, Path: "/api/v1/audit", Summary: "List who changed what", Tags: []string{"audit"},
		Description: "The newest first. Entries commit with their changes, and are chained by hashes: controlplane audit verify finds any that were altered.",
	}, a.listAudit)
}

func (a *api) listAudit(ctx context.Context, _ access.Key, in *listAuditRequest) (*listAuditAnswer, error) {
	q := audit.Query{Workspace: in.Workspace, Subject: in.Subject, Action: in.Action, UserID: in.UserID, KeyID: in.KeyID}
	listing := fmt.Sprintf("audit %q", q)
	after, err := a.openPlace(in.Cursor, listing)
	if err != nil {
		return nil, err
	}
	err = checkStorable(map[string]string{
		"workspace": q.Workspace, "subject": q.Subject, "action": q.Action, "user_id": q.UserID, "key_id": q.KeyID,
	})
	if err != nil {
		return nil, err
	}
	q.Before = after.id
	found, err := a.Audit.ListEntries(ctx, q, in.Limit+1)
	if err != nil {
		return nil, unanswered("listing audit", err)
	}
	last, err := a.Audit.LastBlock(ctx)
	if err != nil {
		return nil, unanswered("reading audit chain", err)
	}
	page := listed(found, in.Limit, showEntry, func(last *audit.Entry) *string {
		return a.sealPlace(place{id: last.ID}, listing)
	})
	return &listAuditAnswer{Head: last.Head().String(), Body: page.Body}, nil
}

func showEntry(e *audit.Entry) AuditEntry {
	return AuditEntry{
		ID: e.ID, At: time.UnixMilli(e.At).UTC(), KeyID: e.KeyID, UserID: e.UserID, Address: e.Address, Workspace: e.Workspace,
		Action: e.Action, Subject: e.Subject, Version: e.Version, Before: rawOf(e.Before), After: rawOf(e.After), Block: e.Block,
	}
}

// rawOf is null for nothing.
func rawOf(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}
