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

// LinkAddress names the link that a call is about. It is exported, like all that
// is embedded in requests, because huma sets its fields by reflection.
type LinkAddress struct {
	Code   string `path:"code" doc:"The link's code."`
	Domain string `query:"domain" doc:"The link's domain; the default one without it."`
}

// Precondition makes a change conditional.
type Precondition struct {
	IfMatch string `header:"If-Match" doc:"ETags of the versions that may be changed; otherwise 412."`
}

type changeRequest struct {
	LinkAddress
	Precondition
	Body struct {
		LongURL      optional[string]    `json:"long_url,omitempty" doc:"Where the link leads from now on." example:"https://example.com/winter"`
		Alias        optional[string]    `json:"alias,omitempty" doc:"Another code. The code before answers 410 and stays yours; its clicks stay with it."`
		Status       optional[string]    `json:"status,omitempty" doc:"active, disabled or blocked." example:"disabled"`
		TTL          optional[int64]     `json:"ttl,omitempty" doc:"Seconds to live from now; null: for ever. Not together with expires_at, null or not."`
		ExpiresAt    optional[time.Time] `json:"expires_at,omitempty" doc:"null: never."`
		StartsAt     optional[time.Time] `json:"starts_at,omitempty" doc:"null: no bound."`
		Redirect     optional[int]       `json:"redirect,omitempty" doc:"301, 302, 307 or 308; null: the domain's."`
		ExpiredURL   optional[string]    `json:"expired_url,omitempty" doc:"null: 410."`
		ForwardQuery optional[bool]      `json:"forward_query,omitempty" doc:"Append the request's query to long_url; null: false."`
		Strict       optional[bool]      `json:"strict,omitempty" doc:"Never serve the link from a view that an edge cannot confirm; null: false."`
		Title        optional[string]    `json:"title,omitempty" doc:"null clears it."`
		Note         optional[string]    `json:"note,omitempty" doc:"null clears it."`
		Tags         optional[[]string]  `json:"tags,omitempty" doc:"All tags; null clears them."`
	}
}

func (a *api) registerLinks() {
	a.registerCreate()
	a.registerBulk()
	a.registerLists()
	a.registerHistory()
	a.registerResolve()
	a.registerQR()
	a.registerTransfer()
	const path = "/api/v1/urls/{code}"
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "read-url", Method: http.MethodGet, Path: path, Summary: "Read a link", Tags: []string{"links"},
	}, a.read)
	handle(a, access.WriteURLs, huma.Operation{
		OperationID: "change-url", Method: http.MethodPatch, Path: path, Summary: "Change a link", Tags: []string{"links"},
		Description: "Fields that are left out stay as they are. What changes nothing makes no version.",
	}, a.change)
	handle(a, access.WriteURLs, huma.Operation{
		OperationID: "delete-url", Method: http.MethodDelete, Path: path, Summary: "Delete a link", Tags: []string{"links"},
		DefaultStatus: http.StatusNoContent,
		Description:   "The link answers 410 from then on. Its code is given to nobody else.",
	}, a.delete)
}

type readRequest struct {
	LinkAddress
	At time.Time `query:"at" doc:"The link as it was at this moment; 404 if it was not there."`
}

func (a *api) read(ctx context.Context, key access.Key, in *readRequest) (*linkBody, error) {
	at, err := a.Links.Key(in.Domain, in.Code)
	if err != nil {
		return nil, err
	}
	if err := checkTime("at", in.At); err != nil {
		return nil, err
	}
	if !in.At.IsZero() {
		then, err := a.Links.At(ctx, caller(key), at, in.At.UnixMilli())
		if err != nil {
			return nil, err
		}
		return &linkBody{ETag: etag(then.Version), Body: a.showPast(then)}, nil
	}
	found, err := a.Links.Read(ctx, caller(key), at)
	if err != nil {
		return nil, err
	}
	return a.counted(ctx, found)
}

func (a *api) change(ctx context.Context, key access.Key, in *changeRequest) (*linkBody, error) {
	at, err := a.Links.Key(in.Domain, in.Code)
	if err != nil {
		return nil, err
	}
	fields, err := in.fields(a.Links.Domains.Redirect(at.Domain))
	if err != nil {
		return nil, err
	}
	changed, err := a.Links.Change(ctx, caller(key), at, match(in.IfMatch), fields)
	if err != nil {
		return nil, err
	}
	answer, err := a.counted(ctx, changed.Link)
	if err != nil {
		return nil, err
	}
	answer.Body.Warnings = a.showMade(changed).Warnings
	return answer, nil
}

// deleteRequest is all that a DELETE has.
type deleteRequest struct {
	LinkAddress
	Precondition
}

func (a *api) delete(ctx context.Context, key access.Key, in *deleteRequest) (*struct{}, error) {
	at, err := a.Links.Key(in.Domain, in.Code)
	if err != nil {
		return nil, err
	}
	return nil, a.Links.Delete(ctx, caller(key), at, match(in.IfMatch))
}

// counted adds a link's clicks.
func (a *api) counted(ctx context.Context, l *links.Link) (*linkBody, error) {
	clicks, err := a.Stats.Count(ctx, []link.Key{l.Key})
	if err != nil {
		return nil, unanswered("counting clicks", err)
	}
	return a.body(l, clicks[l.Key]), nil
}
