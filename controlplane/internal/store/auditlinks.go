package store

import (
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// auditedLink is a link in the audit and in webhooks' messages, in the words of the
// API. What is not set is left out: there are millions of these.
type auditedLink struct {
	LongURL      string    `json:"long_url"`
	Status       string    `json:"status"`
	Redirect     int       `json:"redirect"`
	StartsAt     time.Time `json:"starts_at,omitzero"`
	ExpiresAt    time.Time `json:"expires_at,omitzero"`
	ExpiredURL   string    `json:"expired_url,omitempty"`
	ForwardQuery bool      `json:"forward_query,omitempty"`
	Strict       bool      `json:"strict,omitempty"`
	Title        string    `json:"title,omitempty"`
	Note         string    `json:"note,omitempty"`
	Tags         []string  `json:"tags,omitempty"`
	Custom       bool      `json:"custom,omitempty"`
	CreatedBy    string    `json:"created_by"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedBy    string    `json:"updated_by,omitempty"`
}

func audited(l *links.Link) auditedLink {
	return auditedLink{
		LongURL: l.URL, Status: l.Status.String(), Redirect: l.Redirect, StartsAt: boundOf(l.StartsAt), ExpiresAt: boundOf(l.ExpiresAt),
		ExpiredURL: l.ExpiredURL, ForwardQuery: l.ForwardQuery, Strict: l.Strict, Title: l.Title, Note: l.Note, Tags: l.Tags,
		Custom: l.Custom, CreatedBy: l.CreatedBy, CreatedAt: link.Time(l.CreatedAt), UpdatedBy: l.UpdatedBy,
	}
}

// boundOf is the zero time for no bound.
func boundOf(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return link.Time(millis)
}

// linkChange is the audit's view of a link that became l; before is nil or a
// tombstone if it was not there.
func linkChange(before, l *links.Link) audit.Change {
	c := audit.Change{Workspace: l.Workspace, Action: "link.update", Subject: "link " + l.Key.String(), Version: l.Version}
	if before == nil || before.Status == link.Deleted {
		c.Action = "link.create"
	} else {
		c.Before = audited(before)
	}
	if l.Status == link.Deleted {
		c.Action = "link.delete"
	} else {
		c.After = audited(l)
	}
	return c
}
