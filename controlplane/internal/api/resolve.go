package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

type resolveRequest struct {
	Body struct {
		URL string     `json:"url" doc:"The short URL as a visitor asks for it, with scheme and host; or only its path, for the default domain." example:"http://localhost:8000/autumn?utm_medium=mail"`
		At  *time.Time `json:"at,omitempty" doc:"A moment; now without it. Future ones tell what the present version will answer."`
	}
}

// Resolution is what an edge answers.
type Resolution struct {
	Status   int       `json:"status" doc:"The HTTP status." example:"302"`
	Location *string   `json:"location" doc:"Where the visitor is sent; null: nowhere."`
	Reason   string    `json:"reason" enum:"active,unknown_host,unknown_code,not_started,expired,disabled,deleted,blocked,malformed_path" doc:"Why, for programs."`
	Detail   string    `json:"detail" doc:"Why, for people." example:"the link is active"`
	Domain   string    `json:"domain"`
	Code     string    `json:"code"`
	At       time.Time `json:"at" doc:"The moment that the answer is for."`
	Version  *uint64   `json:"version" doc:"The version that decided; null if there is none."`
	Since    time.Time `json:"since,omitzero" doc:"Since when that version was in force."`
}

type resolveAnswer struct{ Body Resolution }

func (a *api) registerResolve() {
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "resolve-url", Method: http.MethodPost, Path: "/api/v1/resolve", DefaultStatus: http.StatusOK,
		Summary: "Explain a redirect", Tags: []string{"edges"},
		Description: "What an edge would answer for this request, now or at another time, and why. An edge that has not applied the last change yet answers as before it. 404 for codes that are not yours, unless you are admin.",
	}, a.resolve)
}

func (a *api) resolve(ctx context.Context, key access.Key, in *resolveRequest) (*resolveAnswer, error) {
	host, path, err := splitShort(in.Body.URL)
	if err != nil {
		return nil, err
	}
	at := a.Links.Now()
	if in.Body.At != nil {
		at = *in.Body.At
	}
	if err := checkTime("at", at); err != nil {
		return nil, err
	}
	found, err := a.Links.Resolve(ctx, caller(key), host, path, at)
	if err != nil {
		return nil, err
	}
	r := Resolution{Status: found.Status, Reason: string(found.Reason), Detail: found.Detail,
		Domain: found.Key.Domain, Code: found.Key.Code, At: at.UTC()}
	if found.Location != "" {
		r.Location = &found.Location
	}
	if found.Link != nil {
		r.Version, r.Since = &found.Link.Version, link.Time(found.Link.UpdatedAt)
	}
	return &resolveAnswer{r}, nil
}

// splitShort splits a short URL into its host, without port, and what an edge
// gets as the request's target, byte for byte.
func splitShort(short string) (host, path string, err error) {
	if strings.HasPrefix(short, "/") {
		return "", short, nil
	}
	parsed, err := url.Parse(short)
	if err != nil || parsed.Host == "" || !storable(short) {
		return "", "", links.Refuse("url", links.Bad, "is neither a URL with a host nor a path")
	}
	_, rest, _ := strings.Cut(short, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		path = rest[i:]
	}
	path, _, _ = strings.Cut(path, "#") // browsers keep it to themselves
	return parsed.Hostname(), path, nil
}
