package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
)

// NewLink is a link that a client asks for. Lengths and forms are left to the
// rules, which name all that is wrong in one answer; the schema checks types.
type NewLink struct {
	LongURL      string     `json:"long_url" doc:"http or https, up to 8,192 bytes, no credentials, not on one of our domains. Stored byte for byte." example:"https://example.com/autumn?utm_source=poster"`
	Alias        *string    `json:"alias,omitempty" doc:"The code that you want: 3 to 50 of A-Z a-z 0-9 _ -. Without it, a code is made." example:"autumn"`
	Domain       *string    `json:"domain,omitempty" doc:"One of our domains; the default one without it." example:"localhost"`
	TTL          *int64     `json:"ttl,omitempty" doc:"Seconds to live; not together with expires_at." example:"2592000"`
	ExpiresAt    *time.Time `json:"expires_at,omitempty"`
	StartsAt     *time.Time `json:"starts_at,omitempty"`
	Redirect     *int       `json:"redirect,omitempty" doc:"301, 302, 307 or 308; 302 without it." example:"302"`
	ExpiredURL   *string    `json:"expired_url,omitempty" doc:"Where the link leads once it has expired, instead of 410."`
	ForwardQuery *bool      `json:"forward_query,omitempty" doc:"Append the request's query to long_url."`
	Strict       *bool      `json:"strict,omitempty" doc:"Never serve the link from a view that an edge cannot confirm."`
	Title        *string    `json:"title,omitempty" doc:"Up to 300 characters." example:"Autumn sale"`
	Note         *string    `json:"note,omitempty" doc:"Up to 2,000 characters."`
	Tags         *[]string  `json:"tags,omitempty" doc:"Up to 20 tags of up to 50 characters." example:"[\"poster\",\"autumn\"]"`
	IfExists     *string    `json:"if_exists,omitempty" enum:"create,return" doc:"return: if a link of yours in this domain redirects to the same target already, answer with it, and 200. Targets are the same if browsers would ask for the same URL." example:"create"`
}

type createRequest struct{ Body NewLink }

type createAnswer struct {
	Status   int
	ETag     string `header:"ETag" doc:"The link's version, for If-Match."`
	Location string `header:"Location" doc:"The link in this API."`
	Body     Link
}

func (a *api) registerCreate() {
	handle(a, access.WriteURLs, huma.Operation{
		OperationID: "create-url", Method: http.MethodPost, Path: "/api/v1/urls", DefaultStatus: http.StatusCreated,
		Summary: "Create a link", Tags: []string{"links"},
		Description: "The link is durable when this answers. Edges know it milliseconds later.",
		Responses: map[string]*huma.Response{"200": {Description: "if_exists has found this link.", Content: map[string]*huma.MediaType{
			"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Link](), true, "Link")},
		}}},
	}, a.create)
}

func (a *api) create(ctx context.Context, key access.Key, in *createRequest) (*createAnswer, error) {
	draft, err := in.Body.draft()
	if err != nil {
		return nil, err
	}
	made, err := a.Links.Create(ctx, caller(key), draft)
	if err != nil {
		return nil, err
	}
	answer := &createAnswer{
		Status:   http.StatusCreated,
		ETag:     etag(made.Version),
		Location: locationOf(made.Link),
		Body:     a.showMade(made),
	}
	if made.Existed {
		answer.Status = http.StatusOK
		counted, err := a.counted(ctx, made.Link)
		if err != nil {
			return nil, err
		}
		answer.Body.Clicks = counted.Body.Clicks
	}
	return answer, nil
}

// draft refuses what a client may not write, although the rules know it.
func (n *NewLink) draft() (links.Draft, error) {
	switch {
	case n.TTL != nil && *n.TTL == 0:
		return links.Draft{}, links.Refuse("ttl", links.Bad, "must be at least 1 second")
	case n.Alias != nil && *n.Alias == "":
		return links.Draft{}, links.Refuse("alias", links.TooShort, "is empty; leave it out for a code of ours")
	}
	return links.Draft{
		Domain: text(n.Domain), Alias: text(n.Alias), Reuse: text(n.IfExists) == "return",
		Fields: links.Fields{
			URL: &n.LongURL, Redirect: n.Redirect,
			StartsAt: millisOf(n.StartsAt, false), ExpiresAt: millisOf(n.ExpiresAt, false), TTL: n.TTL,
			ExpiredURL: n.ExpiredURL, ForwardQuery: n.ForwardQuery, Strict: n.Strict,
			Title: n.Title, Note: n.Note, Tags: n.Tags,
		},
	}, nil
}

// showMade shows a link with what a person should look at.
func (a *api) showMade(made *links.Made) Link {
	shown := a.show(made.Link, stats.Counted{})
	for _, w := range made.Warnings {
		shown.Warnings = append(shown.Warnings, ProblemField(w))
	}
	return shown
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// locationOf is a link's address in this API.
func locationOf(l *links.Link) string { return "/api/v1/urls/" + l.Code + "?domain=" + l.Domain }
