package api

import (
	"cmp"
	"net/http"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/domains"
	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// respect is how the API shows a domain that says nothing of tracking.
const respect = "respect"

// Domain is a domain as the API shows it.
type Domain struct {
	Name           string    `json:"name" example:"go.example.com"`
	Aliases        []string  `json:"aliases" nullable:"false" doc:"Other hosts that mean this domain."`
	Workspace      *string   `json:"workspace" doc:"Whose links may stand here; null: everybody's."`
	Redirect       int       `json:"redirect" enum:"301,302,307,308" doc:"HTTP status of links that name none."`
	CodeLength     int       `json:"code_length" doc:"Length of generated codes." example:"7"`
	UnknownURL     *string   `json:"unknown_url" doc:"Where unknown codes lead; null: 404."`
	ExpiredURL     *string   `json:"expired_url" doc:"Where expired links lead that name no URL of their own; null: 410."`
	Strict         bool      `json:"strict" doc:"All links of this domain are strict."`
	Robots         *string   `json:"robots" doc:"X-Robots-Tag; null: not sent."`
	ReferrerPolicy *string   `json:"referrer_policy" doc:"Referrer-Policy; null: not sent."`
	Tracking       string    `json:"tracking" enum:"respect,always,never" doc:"What is kept of visitors: respect: what statistics need, unless they send DNT: 1 or Sec-GPC: 1; always: the same, whatever they send; never: only how many clicks there were."`
	MinutesKept    int       `json:"minutes_kept" doc:"How many hours clicks are kept by minute." example:"48"`
	HoursKept      int       `json:"hours_kept" doc:"How many days clicks are kept by hour." example:"90"`
	DaysKept       *int      `json:"days_kept" doc:"How many days clicks are kept by day; null: for ever."`
	Default        bool      `json:"default" doc:"Links that name no domain stand here."`
	Version        uint64    `json:"version" doc:"Rises with each change; also the ETag."`
	CreatedAt      time.Time `json:"created_at"`
}

// DomainSettings are what can be set on a domain.
type DomainSettings struct {
	Aliases        optional[[]string] `json:"aliases,omitempty" doc:"Other hosts that mean this domain, up to 20; null: none."`
	Workspace      optional[string]   `json:"workspace,omitempty" doc:"Whose links may stand here; null: everybody's."`
	Redirect       optional[int]      `json:"redirect,omitempty" doc:"301, 302, 307 or 308; null: 302." example:"301"`
	CodeLength     optional[int]      `json:"code_length,omitempty" doc:"6 to 12; null: 7."`
	UnknownURL     optional[string]   `json:"unknown_url,omitempty" doc:"null: 404."`
	ExpiredURL     optional[string]   `json:"expired_url,omitempty" doc:"null: 410."`
	Strict         optional[bool]     `json:"strict,omitempty"`
	Robots         optional[string]   `json:"robots,omitempty" doc:"null: not sent."`
	ReferrerPolicy optional[string]   `json:"referrer_policy,omitempty" doc:"null: not sent."`
	Tracking       optional[string]   `json:"tracking,omitempty" doc:"respect, always or never; null: respect." example:"respect"`
	MinutesKept    optional[int]      `json:"minutes_kept,omitempty" doc:"Hours, up to 744; null: 48."`
	HoursKept      optional[int]      `json:"hours_kept,omitempty" doc:"Days, up to 1,000; null: 90."`
	DaysKept       optional[int]      `json:"days_kept,omitempty" doc:"Days, up to 36,500; null: for ever."`
}

// NewDomain is a domain that is to be added.
type NewDomain struct {
	Name string `json:"name" doc:"A host name, without scheme and port." example:"go.example.com"`
	DomainSettings
}

func (n *DomainSettings) fields() domains.Fields {
	f := domains.Fields{
		Workspace: n.Workspace.pointer(), Redirect: n.Redirect.pointer(), CodeLength: n.CodeLength.pointer(),
		UnknownURL: n.UnknownURL.pointer(), ExpiredURL: n.ExpiredURL.pointer(), Strict: n.Strict.pointer(),
		Robots: n.Robots.pointer(), ReferrerPolicy: n.ReferrerPolicy.pointer(),
		Tracking: n.Tracking.pointer(), MinutesKept: n.MinutesKept.pointer(), HoursKept: n.HoursKept.pointer(), DaysKept: n.DaysKept.pointer(),
	}
	if n.Tracking.value == respect {
		f.Tracking = new(string)
	}
	if n.Aliases.set {
		f.Aliases = append([]string{}, n.Aliases.value...)
	}
	return f
}

func (a *api) showDomain(d *wire.Domain) Domain {
	kept := domains.KeptOf(d)
	shown := Domain{
		Name: d.GetName(), Aliases: append([]string{}, d.GetAliases()...), Workspace: textOf(d.GetWorkspace()),
		Redirect: http.StatusFound, CodeLength: link.DefaultLen,
		UnknownURL: textOf(d.GetUnknownUrl()), ExpiredURL: textOf(d.GetExpiredUrl()), Strict: d.GetStrict(),
		Robots: textOf(d.GetRobotsTag()), ReferrerPolicy: textOf(d.GetReferrerPolicy()),
		Tracking: cmp.Or(d.GetTracking(), respect), MinutesKept: int(kept.Minutes / time.Hour), HoursKept: int(kept.Hours / domains.Day),
		Default: d.GetName() == a.Links.Domain, Version: d.GetVersion(), CreatedAt: time.UnixMilli(d.GetCreatedAt()).UTC(),
	}
	if d.GetRedirect() != 0 {
		shown.Redirect = int(d.GetRedirect())
	}
	if kept.Days != 0 {
		days := int(d.GetDaysKept())
		shown.DaysKept = &days
	}
	if d.GetCodeLength() != 0 {
		shown.CodeLength = int(d.GetCodeLength())
	}
	return shown
}

// textOf is nil for nothing.
func textOf(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
