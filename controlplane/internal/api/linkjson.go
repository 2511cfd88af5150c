package api

import (
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Link is a link as the API shows it.
type Link struct {
	Domain       string     `json:"domain" example:"localhost"`
	Code         string     `json:"code" doc:"Case-sensitive; unique in its domain." example:"3xK9sQe"`
	ShortURL     string     `json:"short_url" format:"uri" example:"http://localhost:8000/3xK9sQe"`
	LongURL      string     `json:"long_url" doc:"Where the link leads, byte for byte." example:"https://example.com/autumn?utm_source=poster"`
	Status       string     `json:"status" enum:"active,disabled,blocked,deleted" doc:"disabled answers 410, blocked 451."`
	Redirect     int        `json:"redirect" enum:"301,302,307,308" doc:"HTTP status of the redirect."`
	StartsAt     *time.Time `json:"starts_at" doc:"404 before; null: no bound."`
	ExpiresAt    *time.Time `json:"expires_at" doc:"410 or expired_url from then on; null: never."`
	ExpiredURL   *string    `json:"expired_url" doc:"Where an expired link leads; null: 410."`
	ForwardQuery bool       `json:"forward_query" doc:"Appends the request's query to long_url."`
	Strict       bool       `json:"strict" doc:"Never served from a view that an edge cannot confirm."`
	Title        string     `json:"title"`
	Note         string     `json:"note"`
	Tags         []string   `json:"tags" nullable:"false"`
	Custom       bool       `json:"custom" doc:"The code is an alias that was asked for."`
	Version      uint64     `json:"version" doc:"Rises with each change; also the ETag."`
	Revision     *int64     `json:"revision,omitempty" doc:"The feed's revision that carries this version to the edges; 0 until it is known. Left out of what a link was."`
	CreatedBy    string     `json:"created_by"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
	Clicks       *Clicks    `json:"clicks,omitempty" doc:"Left out of what a link was."`

	Warnings []ProblemField `json:"warnings,omitempty" nullable:"false" doc:"What a person should look at before the link is handed out; told when it is created or changed; a loop always."`
}

// Clicks is how often a link was followed.
type Clicks struct {
	Count   uint64 `json:"count" doc:"Clicks that are booked, those of programs among them."`
	Pending uint64 `json:"pending" doc:"Clicks that have reached this control plane and are not booked yet."`
}

// linkBody is an answer that holds one link.
type linkBody struct {
	ETag string `header:"ETag" doc:"The link's version, for If-Match."`
	Body Link
}

func (a *api) body(l *links.Link, clicks stats.Counted) *linkBody {
	return &linkBody{ETag: etag(l.Version), Body: a.show(l, clicks)}
}

func (a *api) show(l *links.Link, clicks stats.Counted) Link {
	shown := a.showPast(l)
	shown.Revision, shown.Clicks = &l.Revision, &Clicks{Count: clicks.Count, Pending: clicks.Pending}
	return shown
}

// showPast shows a version that may be an old one: without what is known of the
// present one only.
func (a *api) showPast(l *links.Link) Link {
	shown := Link{
		Domain: l.Domain, Code: l.Code, ShortURL: a.shortURL(l.Key), LongURL: l.URL,
		Status: l.Status.String(), Redirect: l.Redirect,
		StartsAt: timeOf(l.StartsAt), ExpiresAt: timeOf(l.ExpiresAt),
		ForwardQuery: l.ForwardQuery, Strict: l.Strict,
		Title: l.Title, Note: l.Note, Tags: l.Tags, Custom: l.Custom, Version: l.Version,
		CreatedBy: l.CreatedBy, CreatedAt: link.Time(l.CreatedAt), UpdatedAt: link.Time(l.UpdatedAt),
	}
	for _, w := range a.Links.Circles(l) {
		shown.Warnings = append(shown.Warnings, ProblemField(w))
	}
	if l.ExpiredURL != "" {
		shown.ExpiredURL = &l.ExpiredURL
	}
	return shown
}

func (a *api) shortURL(key link.Key) string { return ShortURL(a.ShortURL, a.Links.Domain, key) }

// ShortURL is where key is found; prefix is Options.ShortURL. One that does not
// speak of the domain is the default domain's: on another host the code is unknown.
func ShortURL(prefix, defaultDomain string, key link.Key) string {
	if key.Domain != defaultDomain && !strings.Contains(prefix, "{domain}") {
		prefix = "https://{domain}"
	}
	return strings.ReplaceAll(prefix, "{domain}", key.Domain) + "/" + key.Code
}

// timeOf is nil for no bound.
func timeOf(millis int64) *time.Time {
	if millis == 0 {
		return nil
	}
	t := link.Time(millis)
	return &t
}

// millisOf is the inverse for what a client sent: nil is nil, and null no
// bound. The first moment of 1970, which would mean no bound too, is moved out
// of range and so refused.
func millisOf(t *time.Time, null bool) *int64 {
	if t == nil {
		return nil
	}
	millis := t.UnixMilli()
	switch {
	case null:
		millis = 0
	case millis == 0:
		millis = -1
	}
	return &millis
}
