package links

import (
	"context"
	"fmt"
	"reflect"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Version is one version of a link.
type Version struct {
	*Link
	Changes []FieldChange // against the version before; nil for the first
}

// FieldChange is a field, as the API names it, that a version changed.
type FieldChange struct {
	Field    string
	Old, New any // times are Unix milliseconds
}

// History gives up to limit versions of a link below before, the newest first; 0
// means all. A deleted link has a history, too.
func (l *Links) History(ctx context.Context, by Caller, key link.Key, before uint64, limit int) ([]Version, error) {
	if limit < 1 || limit > MaxList {
		return nil, Refuse("limit", Bad, "must be 1 to 1000")
	}
	if before == 0 {
		before = 1 << 62
	}
	all, err := l.Store.ListVersions(ctx, key, before, limit+1) // one more to compare the last one with
	if err != nil {
		return nil, classed("reading history", err)
	}
	if len(all) == 0 || !by.owns(all[0]) {
		return nil, ErrNotFound
	}
	versions := make([]Version, min(len(all), limit))
	for i := range versions {
		versions[i].Link = all[i]
		if i+1 < len(all) {
			versions[i].Changes = Diff(all[i+1], all[i])
		}
	}
	return versions, nil
}

// Diff lists what differs between two versions of a link, but for who made them
// and when.
func Diff(before, after *Link) []FieldChange {
	var changes []FieldChange
	old, now := fieldsOf(before), fieldsOf(after)
	for i := range old {
		if !reflect.DeepEqual(old[i].New, now[i].New) {
			changes = append(changes, FieldChange{old[i].Field, old[i].New, now[i].New})
		}
	}
	return changes
}

// fieldsOf lists what a version consists of, each value as New.
func fieldsOf(l *Link) []FieldChange {
	return []FieldChange{
		{"long_url", nil, l.URL}, {"status", nil, l.Status.String()}, {"redirect", nil, l.Redirect},
		{"starts_at", nil, l.StartsAt}, {"expires_at", nil, l.ExpiresAt}, {"expired_url", nil, l.ExpiredURL},
		{"forward_query", nil, l.ForwardQuery}, {"strict", nil, l.Strict},
		{"title", nil, l.Title}, {"note", nil, l.Note}, {"tags", nil, l.Tags},
	}
}

// At gives the link as it was at a moment, in Unix milliseconds. ErrNotFound if
// it was not there, or deleted.
func (l *Links) At(ctx context.Context, by Caller, key link.Key, at int64) (*Link, error) {
	then, err := l.Store.VersionAt(ctx, key, at)
	if err != nil {
		return nil, classed("reading link", err)
	}
	if then.Status == link.Deleted || !by.owns(then) {
		return nil, ErrNotFound
	}
	return then, nil
}

// Rollback gives the link the content of one of its versions again, as a new
// version, or answers with the link as it is if it has that content. It also brings
// a deleted link back. What was right then is checked anew: a domain may have become
// one of ours.
func (l *Links) Rollback(ctx context.Context, by Caller, key link.Key, match Match, version uint64) (*Link, error) {
	past, err := l.Store.ListVersions(ctx, key, version+1, 1)
	switch {
	case err != nil:
		return nil, classed("reading history", err)
	case len(past) == 0 || !by.owns(past[0]):
		return nil, ErrNotFound
	case past[0].Version != version || past[0].Status == link.Deleted:
		return nil, Refuse("version", Unknown, fmt.Sprintf("%d is none that can be gone back to", version))
	}
	fields := contentOf(past[0])
	return l.write(ctx, by, key, match, "rolling back link", func(current *Link) error {
		var bad Invalid
		fields.apply(current, l.Domains, l.Now().UnixMilli(), &bad)
		return bad.err()
	})
}

// contentOf is everything that a version says, as fields to set.
func contentOf(l *Link) Fields {
	return Fields{
		URL: &l.URL, Status: &l.Status, Redirect: &l.Redirect, StartsAt: &l.StartsAt, ExpiresAt: &l.ExpiresAt,
		ExpiredURL: &l.ExpiredURL, ForwardQuery: &l.ForwardQuery, Strict: &l.Strict,
		Title: &l.Title, Note: &l.Note, Tags: &l.Tags,
	}
}
