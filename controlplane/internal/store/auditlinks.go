package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/audit"
	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// auditWritten adds the entry of a link to the WITH clause that creates it.
// first is the number of its first parameter; the version is the written one's.
func auditWritten(first int) string {
	return fmt.Sprintf(`INSERT INTO audit_entries (id, block, at, key_id, user_id, address, workspace, action, subject, before, after, version)
SELECT $%d, 0, CAST($%d AS BIGINT), $%d, $%d, $%d, $%d, $%d, $%d, '', $%d, version FROM written`,
		first, first+1, first+2, first+3, first+4, first+5, first+6, first+7, first+8)
}

// auditWrittenValues gives its parameters.
func (s *Store) auditWrittenValues(ctx context.Context, l *links.Link) ([]any, error) {
	e, err := audit.NewEntry(ctx, s.now().UnixMilli(), linkChange(nil, l))
	return []any{e.ID, e.At, e.KeyID, e.UserID, e.Address, e.Workspace, e.Action, e.Subject, e.After}, err
}

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

// auditLinks adds the entries of links that were created.
func (s *Store) auditLinks(ctx context.Context, tx *sql.Tx, created ...*links.Link) error {
	changes := make([]audit.Change, len(created))
	for i, l := range created {
		changes[i] = linkChange(nil, l)
	}
	return s.audit(ctx, tx, changes...)
}
