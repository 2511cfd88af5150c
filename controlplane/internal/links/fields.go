package links

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// Limits of what is kept beside a link.
const (
	MaxTitle = 300  // characters
	MaxNote  = 2000 // characters
	// MaxTTL is the longest life that can be asked for by ttl, in seconds: a
	// century. Longer is a mistake in the unit.
	MaxTTL = 100 * 366 * 24 * 3600
	// maxTime is the end of the year 9999, the last that RFC 3339 can write.
	maxTime = 253402300799999
)

// Fields are what a caller sets on a link; nil leaves a field as it is, and a
// zero clears it where it can be cleared. Times are Unix milliseconds.
type Fields struct {
	URL                 *string
	Alias               *string // of a change: another code; a Draft has its own
	Status              *link.Status
	Redirect            *int
	StartsAt, ExpiresAt *int64
	TTL                 *int64 // seconds from now, instead of ExpiresAt
	ExpiredURL          *string
	ForwardQuery        *bool
	Strict              *bool
	Title, Note         *string
	Tags                *[]string
}

// apply sets on l what f asks for, at the time now, and collects in bad
// everything that is wrong. l is of no use if anything is.
func (f *Fields) apply(l *Link, domains *Domains, now int64, bad *Invalid) {
	f.applyTargets(l, domains, bad)
	if f.Status != nil {
		l.Status = *f.Status
		if l.Status != link.Active && l.Status != link.Disabled && l.Status != link.Blocked {
			bad.add("status", Bad, "must be active, disabled or blocked")
		}
	}
	if f.Redirect != nil {
		l.Redirect = *f.Redirect
		if err := link.CheckRedirect(l.Redirect); err != nil {
			bad.add("redirect", Bad, err.Error())
		}
	}
	f.applyTimes(l, now, bad)
	set(&l.ForwardQuery, f.ForwardQuery)
	set(&l.Strict, f.Strict)
	f.applyTexts(l, bad)
}

func (f *Fields) applyTargets(l *Link, domains *Domains, bad *Invalid) {
	if f.URL != nil {
		l.URL = target("long_url", *f.URL, domains, bad)
	}
	if f.ExpiredURL != nil {
		l.ExpiredURL = ""
		if *f.ExpiredURL != "" {
			l.ExpiredURL = target("expired_url", *f.ExpiredURL, domains, bad)
		}
	}
	// Two URLs of the greatest length do not fit in one record of the feed.
	if proto.Size(wire.FromLink(&l.Link, maxTime)) > link.MaxRecord-recordSlack {
		bad.add("expired_url", TooLong, "is too long together with long_url")
	}
}

// recordSlack is what a record's other fields may still grow by: the longest
// code and domain, and numbers.
const recordSlack = 400

func target(field, raw string, domains *Domains, bad *Invalid) string {
	stored, err := domains.checkTarget(raw)
	switch {
	case err == nil:
	case raw == "":
		bad.add(field, Required, err.Error())
	case len(raw) > link.MaxURL:
		bad.add(field, TooLong, err.Error())
	case errors.Is(err, errLoop):
		bad.add(field, Loop, err.Error())
	default:
		bad.add(field, Bad, err.Error())
	}
	return stored
}

func (f *Fields) applyTimes(l *Link, now int64, bad *Invalid) {
	switch {
	case f.TTL == nil:
	case f.ExpiresAt != nil: // also where one of the two clears: which one is meant is not guessed
		bad.add("ttl", Conflict, "and expires_at exclude each other")
	case *f.TTL < 0 || *f.TTL > MaxTTL:
		bad.add("ttl", Bad, fmt.Sprintf("must be 1 to %d seconds", MaxTTL))
	case *f.TTL == 0:
		l.ExpiresAt = 0
	default:
		l.ExpiresAt = now + *f.TTL*1000
	}
	setTime("starts_at", &l.StartsAt, f.StartsAt, bad)
	setTime("expires_at", &l.ExpiresAt, f.ExpiresAt, bad)
	if l.ExpiresAt != 0 && l.StartsAt >= l.ExpiresAt {
		bad.add("expires_at", Conflict, "must be later than starts_at")
	}
}

func setTime(field string, to, from *int64, bad *Invalid) {
	set(to, from)
	if *to < 0 || *to > maxTime {
		bad.add(field, Bad, "must lie between the years 1970 and 9999")
	}
}

func (f *Fields) applyTexts(l *Link, bad *Invalid) {
	if f.Title != nil {
		l.Title = *f.Title
		checkText("title", l.Title, MaxTitle, "", bad)
	}
	if f.Note != nil {
		l.Note = *f.Note
		checkText("note", l.Note, MaxNote, "\n\r\t", bad)
	}
	if f.Tags != nil {
		l.Tags = append([]string{}, *f.Tags...)
		checkTags(l.Tags, bad)
	}
}

func checkTags(tags []string, bad *Invalid) {
	if len(tags) > link.MaxTags {
		bad.add("tags", TooMany, fmt.Sprintf("are more than %d", link.MaxTags))
		return
	}
	seen := make(map[string]bool, len(tags))
	for i, tag := range tags {
		field := fmt.Sprintf("tags[%d]", i)
		switch {
		case tag == "" || strings.TrimSpace(tag) != tag:
			bad.add(field, Bad, "is empty or has spaces at an end")
		case seen[tag]:
			bad.add(field, Conflict, "stands there twice")
		default:
			checkText(field, tag, link.MaxTag, "", bad)
		}
		seen[tag] = true
	}
}

// checkText bounds a text for people. NUL is refused everywhere: PostgreSQL
// cannot store it.
func checkText(field, text string, most int, allowed string, bad *Invalid) {
	control := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(allowed, r) }
	switch {
	case !utf8.ValidString(text):
		bad.add(field, Bad, "is not valid UTF-8")
	case utf8.RuneCountInString(text) > most:
		bad.add(field, TooLong, fmt.Sprintf("is longer than %d characters", most))
	case strings.ContainsFunc(text, control):
		bad.add(field, Bad, "has a control character")
	}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
