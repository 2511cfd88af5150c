package links

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Resolution is what an edge answers to a request, and why.
type Resolution struct {
	Key      link.Key
	Status   int    // of HTTP
	Location string // "" for answers without one
	Reason   Reason
	Detail   string // for people
	Link     *Link  // the version that decides; nil if there is none
}

// Reason is why an answer is what it is, for programs.
type Reason string

// The reasons.
const (
	Active        Reason = "active"
	UnknownHost   Reason = "unknown_host"
	UnknownCode   Reason = "unknown_code"
	NotStarted    Reason = "not_started"
	HasExpired    Reason = "expired"
	IsDisabled    Reason = "disabled"
	IsDeleted     Reason = "deleted"
	IsBlocked     Reason = "blocked"
	MalformedPath Reason = "malformed_path"
)

// Resolve says what an edge answers for path, "/" and a code and perhaps "?" and
// a query, on host at a moment. An edge may still hold an older version; its
// receipts tell. Those who do not see everything learn of their own links only:
// ErrNotFound for another tenant's, and for a code that no link had.
func (l *Links) Resolve(ctx context.Context, by Caller, host, path string, at time.Time) (*Resolution, error) {
	if host == "" {
		host = l.Domain
	}
	name, ok := l.Domains.Name(host)
	if !ok {
		return &Resolution{Status: 421, Reason: UnknownHost, Detail: "the host is none of our domains"}, nil
	}
	code, query, _ := strings.Cut(strings.TrimPrefix(path, "/"), "?")
	r := &Resolution{Key: link.Key{Domain: name, Code: code}}
	domain := l.Domains.Settings(name)
	if !strings.HasPrefix(path, "/") || link.CheckCode(code) != nil {
		r.Status, r.Reason, r.Detail = 404, MalformedPath, "no code looks like this, so nobody is asked"
		return r, nil
	}
	then, err := l.Store.VersionAt(ctx, r.Key, at.UnixMilli())
	switch {
	case err == nil && !by.owns(then), errors.Is(err, ErrNotFound) && !by.Admin:
		return nil, ErrNotFound
	case errors.Is(err, ErrNotFound):
		r.instead(domain.GetUnknownUrl(), 404, UnknownCode, "no link had this code")
		return r, nil
	case err != nil:
		return nil, classed("resolving link", err)
	}
	r.Link = then
	r.decide(then, domain, query, at.UnixMilli())
	return r, nil
}

// decide mirrors an edge's answer; the end-to-end tests hold the two together.
func (r *Resolution) decide(l *Link, domain *wire.Domain, query string, now int64) {
	switch l.AnswerAt(now) {
	case link.Redirect:
		r.Status, r.Location, r.Reason, r.Detail = l.Redirect, l.URL, Active, "the link is active"
		if l.ForwardQuery && query != "" {
			r.Location = withQuery(l.URL, query)
			r.Detail = "the link is active, and the request's query is appended"
		}
	case link.NotStarted:
		r.instead(domain.GetUnknownUrl(), 404, NotStarted, "the link starts at "+clock(l.StartsAt))
	case link.Expired:
		if l.ExpiredURL != "" {
			r.Status, r.Location, r.Reason, r.Detail = 302, l.ExpiredURL, HasExpired, "the link expired at "+clock(l.ExpiresAt)+" and leads to its expired_url"
			return
		}
		r.instead(domain.GetExpiredUrl(), 410, HasExpired, "the link expired at "+clock(l.ExpiresAt))
	case link.Forbidden:
		r.Status, r.Reason, r.Detail = 451, IsBlocked, "the link is blocked"
	default:
		reason := IsDisabled
		if l.Status == link.Deleted {
			reason = IsDeleted
		}
		r.instead(domain.GetExpiredUrl(), 410, reason, "the link is "+l.Status.String()+" since "+clock(l.UpdatedAt))
	}
}

// instead is the domain's fallback, or a refusal if it has none.
func (r *Resolution) instead(fallback string, status int, reason Reason, detail string) {
	r.Status, r.Reason, r.Detail = status, reason, detail
	if fallback != "" {
		r.Status, r.Location = 302, fallback
		r.Detail = fmt.Sprintf("%s; the domain has a fallback for what would be %d", detail, status)
	}
}

func clock(millis int64) string { return link.Time(millis).Format(time.RFC3339) }

// withQuery appends query to url before its fragment, byte for byte, as edges do.
func withQuery(url, query string) string {
	base, fragment := cut(url, "#")
	switch {
	case !strings.Contains(base, "?"):
		base += "?"
	case !strings.HasSuffix(base, "?") && !strings.HasSuffix(base, "&"):
		base += "&"
	}
	return base + query + fragment
}
