package api

import (
	"fmt"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// fields is what the body asks for. Null clears what can be absent, resets what has
// a default, of which redirect is the domain's, and is refused for the rest.
func (r *changeRequest) fields(redirect int) (links.Fields, error) {
	b := &r.Body
	if err := r.refuseNull(); err != nil {
		return links.Fields{}, err
	}
	f := links.Fields{
		URL: b.LongURL.pointer(), Alias: b.Alias.pointer(), Redirect: b.Redirect.pointer(),
		StartsAt:  millisOf(b.StartsAt.pointer(), b.StartsAt.null),
		ExpiresAt: millisOf(b.ExpiresAt.pointer(), b.ExpiresAt.null), TTL: b.TTL.pointer(),
		ExpiredURL: b.ExpiredURL.pointer(), ForwardQuery: b.ForwardQuery.pointer(), Strict: b.Strict.pointer(),
		Title: b.Title.pointer(), Note: b.Note.pointer(), Tags: b.Tags.pointer(),
	}
	if b.Redirect.null {
		f.Redirect = &redirect
	}
	if b.Status.set {
		status, _ := link.ParseStatus(b.Status.value) // the rules refuse the zero Status
		f.Status = &status
	}
	return f, nil
}

func (r *changeRequest) refuseNull() error {
	b := &r.Body
	if b.TTL.set && !b.TTL.null && b.TTL.value == 0 {
		return links.Refuse("ttl", links.Bad, "must be at least 1 second")
	}
	for field, null := range map[string]bool{
		"long_url": b.LongURL.null, "alias": b.Alias.null, "status": b.Status.null,
	} {
		if null {
			return links.Refuse(field, links.Required, "cannot be null")
		}
	}
	return nil
}

// unanswered marks an error of the database that came past the rules.
func unanswered(doing string, err error) error {
	return fmt.Errorf("%s: %w: %w", doing, links.ErrUnavailable, err)
}
