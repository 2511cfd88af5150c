package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
)

// createRequest leaves lengths and forms to the rules, which name all that is
// wrong in one answer; the schema checks only types.
type createRequest struct {
	Body struct {
		LongURL      string     `json:"long_url" doc:"http or https, up to 8,192 bytes, no credentials, not on one of our domains. Stored byte for byte." example:"https://example.com/autumn?utm_source=poster"`
		Alias        *string    `json:"alias,omitempty" doc:"The code that you want: 3 to 50 of A-Z a-z 0-9 _ -. Without it, a code is made." example:"autumn"`
		Domain       *string    `json:"domain,omitempty" doc:"One of our domains; the default one without it."`
		TTL          *int64     `json:"ttl,omitempty" doc:"Seconds to live; not together with expires_at."`
		ExpiresAt    *time.Time `json:"expires_at,omitempty"`
		StartsAt     *time.Time `json:"starts_at,omitempty"`
		Redirect     *int       `json:"redirect,omitempty" doc:"301, 302, 307 or 308; 302 without it."`
		ExpiredURL   *string    `json:"expired_url,omitempty" doc:"Where the link leads once it has expired, instead of 410."`
		ForwardQuery *bool      `json:"forward_query,omitempty"`
		Strict       *bool      `json:"strict,omitempty"`
		Title        *string    `json:"title,omitempty" doc:"Up to 300 characters."`
		Note         *string    `json:"note,omitempty" doc:"Up to 2,000 characters."`
		Tags         *[]string  `json:"tags,omitempty" doc:"Up to 20 tags of up to 50 characters."`
	}
}

type createAnswer struct {
	ETag     string `header:"ETag" doc:"The link's version, for If-Match."`
	Location string `header:"Location" doc:"The link in this API."`
	Body     Link
}

func (a *api) registerCreate() {
	handle(a, access.WriteURLs, huma.Operation{
		OperationID: "create-url", Method: http.MethodPost, Path: "/api/v1/urls", DefaultStatus: http.StatusCreated,
		Summary: "Create a link", Tags: []string{"links"},
		Description: "The link is durable when this answers. Edges know it milliseconds later.",
	}, a.create)
}

func (a *api) create(ctx context.Context, key access.Key, in *createRequest) (*createAnswer, error) {
	b := &in.Body
	if b.TTL != nil && *b.TTL == 0 {
		return nil, links.Refuse("ttl", links.Bad, "must be at least 1 second")
	}
	if b.Alias != nil && *b.Alias == "" {
		return nil, links.Refuse("alias", links.TooShort, "is empty; leave it out for a code of ours")
	}
	made, err := a.Links.Create(ctx, caller(key), text(b.Domain), text(b.Alias), links.Fields{
		URL: &b.LongURL, Redirect: b.Redirect,
		StartsAt: millisOf(b.StartsAt, false), ExpiresAt: millisOf(b.ExpiresAt, false), TTL: b.TTL,
		ExpiredURL: b.ExpiredURL, ForwardQuery: b.ForwardQuery, Strict: b.Strict,
		Title: b.Title, Note: b.Note, Tags: b.Tags,
	})
	if err != nil {
		return nil, err
	}
	return &createAnswer{
		ETag:     etag(made.Version),
		Location: locationOf(made),
		Body:     a.show(made, 0),
	}, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// locationOf is a link's address in this API.
func locationOf(l *links.Link) string { return "/api/v1/urls/" + l.Code + "?domain=" + l.Domain }
