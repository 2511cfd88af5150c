package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/controlplane/internal/stats"
)

type linkStatsRequest struct {
	LinkAddress
	StatsQuery
}

type totalStatsRequest struct {
	Domain string `query:"domain" doc:"Links of this domain; all domains without it."`
	Tag    string `query:"tag" maxLength:"50" doc:"Links that have this tag now."`
	StatsQuery
}

type linkStatsAnswer struct{ Body LinkStats }

type totalStatsAnswer struct{ Body TotalStats }

// widely is how far back totals go that name no from.
const widely = 30 * domains.Day

func (a *api) registerStats() {
	handle(a, access.ReadStats, huma.Operation{
		OperationID: "read-url-stats", Method: http.MethodGet, Path: "/api/v1/urls/{code}/stats",
		Summary: "Count a link's clicks", Tags: []string{"stats"}, Responses: alsoCSV(),
		Description: "Clicks that were booked, by the time at which an edge answered them. Without parameters, all clicks by day. " +
			"Buckets are exact; where the slots of which they are made are no longer kept, the answer is 422 and says what to ask instead.",
	}, a.linkStats)
	handle(a, access.ReadStats, huma.Operation{
		OperationID: "read-stats", Method: http.MethodGet, Path: "/api/v1/stats",
		Summary: "Count the clicks of many links", Tags: []string{"stats"}, Responses: alsoCSV(),
		Description: "Of all links that you may see, or of those of a domain or with a tag. Without from, the last 30 days. Visitors are not estimated.",
	}, a.totalStats)
	a.registerLive()
}

func (a *api) linkStats(ctx context.Context, key access.Key, in *linkStatsRequest) (*linkStatsAnswer, error) {
	found, err := a.found(ctx, key, &in.LinkAddress)
	if err != nil {
		return nil, err
	}
	q, err := in.question(a.Links.Now())
	if err != nil {
		return nil, err
	}
	q.Scope, q.Visitors = stats.Scope{Key: found.Key}, true
	q.Since = time.UnixMilli(found.CreatedAt)
	q.Kept = domains.KeptOf(a.Links.Domains.Settings(found.Domain))
	answer, err := a.Stats.Ask(ctx, q)
	if err != nil {
		return nil, toldOfStats(err)
	}
	return &linkStatsAnswer{LinkStats{Domain: found.Domain, Code: found.Code, ClickStats: in.show(answer)}}, nil
}

// found is the link that a call is about.
func (a *api) found(ctx context.Context, key access.Key, in *LinkAddress) (*links.Link, error) {
	at, err := a.Links.Key(in.Domain, in.Code)
	if err != nil {
		return nil, err
	}
	return a.Links.Read(ctx, caller(key), at)
}

func (a *api) totalStats(ctx context.Context, key access.Key, in *totalStatsRequest) (*totalStatsAnswer, error) {
	if err := checkStorable(map[string]string{"tag": in.Tag}); err != nil {
		return nil, err
	}
	q, err := in.question(a.Links.Now())
	if err != nil {
		return nil, err
	}
	q.Since = q.To.Add(-widely)
	q.Scope = stats.Scope{Tag: in.Tag}
	if by := caller(key); !by.Admin {
		q.Workspace = by.Workspace
	}
	if q.Domain, q.Kept, err = a.keptOfAll(ctx, key, in.Domain); err != nil {
		return nil, err
	}
	answer, err := a.Stats.Ask(ctx, q)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) { // drivers say it in words of their own
		return nil, links.Refuse("tag", links.TooMany, "leaves too many links to be counted in time; name one, or a domain, a shorter time or larger buckets")
	}
	if err != nil {
		return nil, toldOfStats(err)
	}
	return &totalStatsAnswer{TotalStats{Domain: textOf(q.Domain), Tag: textOf(in.Tag), ClickStats: in.show(answer)}}, nil
}

// keptOfAll gives the domain that host means, and for how long its clicks are
// kept; without a host, for how long those of all domains are that the key may use.
func (a *api) keptOfAll(ctx context.Context, key access.Key, host string) (name string, kept domains.Kept, err error) {
	all, err := a.Domains.List(ctx)
	if err != nil {
		return "", kept, toldOfDomain(err)
	}
	found := false
	for _, d := range all {
		if !caller(key).MayUse(d) || host != "" && d.GetName() != a.domainName(host) {
			continue
		}
		k := domains.KeptOf(d)
		if found {
			k = kept.Shorter(k)
		}
		found, kept = true, k
	}
	switch {
	case host != "" && !found:
		return "", kept, links.Refuse("domain", links.Unknown, "is not one of ours")
	case host != "":
		return a.domainName(host), kept, nil
	}
	return "", kept, nil
}

// toldOfStats is told for what package stats says.
func toldOfStats(err error) error {
	if invalid := new(links.Invalid); errors.As(err, &invalid) {
		return err
	}
	return unanswered("reading clicks", err)
}
