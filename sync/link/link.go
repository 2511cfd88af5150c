package link

import "time"

// Key names one link: a code is unique within its domain. Codes are
// case-sensitive; domains are lower-case A-labels.
type Key struct {
	Domain string
	Code   string
}

// String gives "domain/code", the form used in logs and in the feed's keys.
func (k Key) String() string { return k.Domain + "/" + k.Code }

// Status says what a link answers with, apart from its dates.
type Status uint8

// The statuses. The zero Status is invalid, so a forgotten field is noticed.
const (
	Active   Status = iota + 1 // redirects
	Disabled                   // 410, until enabled again
	Blocked                    // 451: taken down for legal or abuse reasons
	Deleted                    // 410: a tombstone, which keeps the version rising
)

var statusNames = [...]string{Active: "active", Disabled: "disabled", Blocked: "blocked", Deleted: "deleted"}

// String gives the API's name of a status.
func (s Status) String() string {
	if int(s) < len(statusNames) && statusNames[s] != "" {
		return statusNames[s]
	}
	return "invalid"
}

// ParseStatus is the inverse of String; ok is false for any other name.
func ParseStatus(name string) (s Status, ok bool) {
	for i, n := range statusNames {
		if n == name && n != "" {
			return Status(i), true
		}
	}
	return 0, false
}

// Link is the part of a link that decides an edge's answer.
type Link struct {
	Key
	// URL is the exact bytes of the Location header.
	URL    string
	Status Status
	// Redirect is the HTTP status of the answer: 301, 302, 307 or 308.
	Redirect int
	// StartsAt and ExpiresAt are Unix milliseconds; zero means no bound. The
	// link is active from StartsAt on and until just before ExpiresAt.
	StartsAt  int64
	ExpiresAt int64
	// ExpiredURL, if set, is where an expired link sends people instead of 410.
	ExpiredURL string
	// ForwardQuery appends the request's query to URL.
	ForwardQuery bool
	// Strict forbids serving this link from a view that is not confirmed.
	Strict bool
	// Version rises by one or more with each change, also across delete and
	// re-creation. The first version of a key is 1.
	Version uint64
}

// Answer is what a link says to a visitor at one moment.
type Answer uint8

// The answers of a link that exists.
const (
	Redirect   Answer = iota // to URL
	NotStarted               // 404
	Expired                  // ExpiredURL, the domain's fallback, or 410
	Gone                     // disabled or deleted: 410
	Forbidden                // blocked: 451
)

// AnswerAt decides between the answers; now is Unix milliseconds.
func (l *Link) AnswerAt(now int64) Answer {
	return AnswerAt(l.Status, l.StartsAt, l.ExpiresAt, now)
}

// AnswerAt is for who keeps no whole Link. It is part of the hot path: 0 allocs.
func AnswerAt(s Status, startsAt, expiresAt, now int64) Answer {
	switch {
	case s == Blocked:
		return Forbidden
	case s != Active:
		return Gone
	case expiresAt != 0 && now >= expiresAt:
		return Expired
	case now < startsAt:
		return NotStarted
	}
	return Redirect
}

// Time is ms, Unix milliseconds, in UTC; the zero time for 0.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
