package store

import (
	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// auditedLink is a link in the audit, with its status in words.
type auditedLink struct {
	versionRecord
	Status string `json:"status"`
}

// linkChange is the audit's view of a link that became l; before is nil or a
// tombstone if it was not there.
func linkChange(before, l *links.Link) audit.Change {
	c := audit.Change{Workspace: l.Workspace, Action: "link.update", Subject: "link " + l.Key.String(), Version: l.Version}
	if before == nil || before.Status == link.Deleted {
		c.Action = "link.create"
	} else {
		c.Before = auditedLink{recordOf(before), before.Status.String()}
	}
	if l.Status == link.Deleted {
		c.Action = "link.delete"
	} else {
		c.After = auditedLink{recordOf(l), l.Status.String()}
	}
	return c
}
