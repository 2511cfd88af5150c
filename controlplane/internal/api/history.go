package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

type historyRequest struct {
	LinkAddress
	Page
}

// LinkVersion is one version of a link.
type LinkVersion struct {
	Version uint64        `json:"version" example:"3"`
	At      time.Time     `json:"at" doc:"Since when it was in force."`
	By      string        `json:"by" doc:"The user who made it." example:"anna"`
	Changes []FieldChange `json:"changes" nullable:"false" doc:"What differs from the version before; empty for the first."`
	URL     Link          `json:"url" doc:"The link as it was."`
}

// FieldChange is one field that a version changed.
type FieldChange struct {
	Field string `json:"field" example:"long_url"`
	Old   any    `json:"old"`
	New   any    `json:"new"`
}

type historyAnswer struct {
	Body struct {
		Items      []LinkVersion `json:"items" nullable:"false" doc:"The newest first."`
		NextCursor *string       `json:"next_cursor" doc:"Where the next page starts; null on the last one."`
	}
}

type rollbackRequest struct {
	LinkAddress
	Precondition
	Body struct {
		Version uint64 `json:"version" minimum:"1" doc:"The version whose content becomes a new version." example:"1"`
	}
}

func (a *api) registerHistory() {
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "read-url-history", Method: http.MethodGet, Path: "/api/v1/urls/{code}/history",
		Summary: "Read a link's history", Tags: []string{"links"},
		Description: "Every version, with who made it, when, and what it changed. A deleted link has one, too.",
	}, a.history)
	handle(a, access.WriteURLs, huma.Operation{
		OperationID: "roll-back-url", Method: http.MethodPost, Path: "/api/v1/urls/{code}/rollback", DefaultStatus: http.StatusOK,
		Summary: "Go back to a version", Tags: []string{"links"},
		Description: "Makes a new version with the content of an old one, unless that is what the link says; also brings a deleted link back.",
	}, a.rollback)
}

func (a *api) history(ctx context.Context, key access.Key, in *historyRequest) (*historyAnswer, error) {
	at, err := a.Links.Key(in.Domain, in.Code)
	if err != nil {
		return nil, err
	}
	listing := "history " + at.String()
	below, err := a.openPlace(in.Cursor, listing)
	if err != nil {
		return nil, err
	}
	versions, err := a.Links.History(ctx, caller(key), at, uint64(below.at), in.Limit)
	if err != nil {
		return nil, err
	}
	answer := new(historyAnswer)
	answer.Body.Items = make([]LinkVersion, len(versions))
	for i, v := range versions {
		answer.Body.Items[i] = a.showVersion(v)
	}
	if last := versions[len(versions)-1]; len(versions) == in.Limit && last.Changes != nil {
		answer.Body.NextCursor = a.sealPlace(place{at: int64(last.Version)}, listing)
	}
	return answer, nil
}

func (a *api) showVersion(v links.Version) LinkVersion {
	by := v.UpdatedBy
	if by == "" { // written by a build that did not note it
		by = v.CreatedBy
	}
	shown := LinkVersion{Version: v.Version, At: link.Time(v.UpdatedAt), By: by, URL: a.showPast(v.Link), Changes: []FieldChange{}}
	for _, c := range v.Changes {
		if c.Field == "starts_at" || c.Field == "expires_at" {
			c.Old, c.New = timeOf(c.Old.(int64)), timeOf(c.New.(int64))
		}
		shown.Changes = append(shown.Changes, FieldChange(c))
	}
	return shown
}

func (a *api) rollback(ctx context.Context, key access.Key, in *rollbackRequest) (*linkBody, error) {
	at, err := a.Links.Key(in.Domain, in.Code)
	if err != nil {
		return nil, err
	}
	changed, err := a.Links.Rollback(ctx, caller(key), at, match(in.IfMatch), in.Body.Version)
	if err != nil {
		return nil, err
	}
	return a.counted(ctx, changed)
}
