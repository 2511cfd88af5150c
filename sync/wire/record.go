package wire

import (
	"fmt"

	"github.com/fingerpost/fingerpost/sync/link"
)

// FromLink is l as a record; changedAt is the commit's time in Unix milliseconds.
func FromLink(l *link.Link, changedAt int64) *Record {
	return &Record{
		Domain:       l.Domain,
		Code:         l.Code,
		Version:      l.Version,
		Url:          l.URL,
		Status:       Status(l.Status),
		Redirect:     uint32(l.Redirect),
		StartsAt:     l.StartsAt,
		ExpiresAt:    l.ExpiresAt,
		ExpiredUrl:   l.ExpiredURL,
		ForwardQuery: l.ForwardQuery,
		Strict:       l.Strict,
		ChangedAt:    changedAt,
	}
}

// ToLink is the inverse of FromLink. An error says why the record must not be
// served; nothing of it may then be used but its key.
func (r *Record) ToLink() (link.Link, error) {
	l := link.Link{
		Key:          link.Key{Domain: r.GetDomain(), Code: r.GetCode()},
		URL:          r.GetUrl(),
		Status:       link.Status(r.GetStatus()),
		Redirect:     int(r.GetRedirect()),
		StartsAt:     r.GetStartsAt(),
		ExpiresAt:    r.GetExpiresAt(),
		ExpiredURL:   r.GetExpiredUrl(),
		ForwardQuery: r.GetForwardQuery(),
		Strict:       r.GetStrict(),
		Version:      r.GetVersion(),
	}
	if err := l.Check(); err != nil {
		return link.Link{}, fmt.Errorf("record %s: %w", l.Key, err)
	}
	return l, nil
}
