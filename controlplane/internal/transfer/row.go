package transfer

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/links"
	"github.com/fingerpost/fingerpost/sync/link"
)

// Row is one line of a file.
type Row struct {
	Line  int // counted from 1, headers too
	Size  int // bytes that were read for it, or for some around it
	Draft links.Draft
	Err   error // why it is no link: a *links.Invalid
}

// cells are the values of a row; an empty one says nothing.
type cells map[column]string

// row reads what the cells say.
func (c cells) row(line int) Row {
	r := reading{cells: c}
	f := &r.draft.Fields
	f.URL = r.text(longURL)
	if f.URL == nil {
		r.refuse(longURL, links.Required, "is missing")
	}
	r.draft.Alias, r.draft.Domain = c[code], c[domain]
	if short := c[shortURL]; r.draft.Alias == "" && short != "" {
		r.draft.Alias = lastSegment(short)
	}
	f.Title, f.Note, f.ExpiredURL = r.text(title), r.text(note), r.text(expiredURL)
	f.StartsAt, f.ExpiresAt = r.time(startsAt), r.time(expiresAt)
	f.ForwardQuery, f.Strict = r.flag(forwardQuery), r.flag(strict)
	f.Redirect, f.Status, f.Tags = r.redirect(), r.status(), r.tags()
	if at := r.time(createdAt); at != nil {
		r.draft.CreatedAt = *at
	}
	row := Row{Line: line, Draft: r.draft}
	if len(r.bad.Fields) > 0 {
		row.Err = &r.bad
	}
	return row
}

// reading collects what is wrong while a row is read.
type reading struct {
	cells cells
	draft links.Draft
	bad   links.Invalid
}

func (r *reading) refuse(c column, reason, detail string) {
	r.bad.Fields = append(r.bad.Fields, links.FieldError{Field: string(c), Code: reason, Detail: detail})
}

func (r *reading) text(c column) *string {
	if value := r.cells[c]; value != "" {
		return &value
	}
	return nil
}

func (r *reading) flag(c column) *bool {
	value := r.cells[c]
	if value == "" {
		return nil
	}
	yes, err := strconv.ParseBool(value)
	if err != nil {
		r.refuse(c, links.Bad, "is neither true nor false")
	}
	return &yes
}

func (r *reading) redirect() *int {
	value := r.cells[redirect]
	if value == "" {
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		r.refuse(redirect, links.Bad, "is not a number")
	}
	return &n
}

func (r *reading) status() *link.Status {
	value := r.cells[status]
	if value == "" {
		return nil
	}
	s, _ := link.ParseStatus(value) // the rules refuse the zero Status
	return &s
}

// tags stand in a JSON array, as this program writes them, or between the
// separators of other programs.
func (r *reading) tags() *[]string {
	value := strings.TrimSpace(r.cells[tags])
	if value == "" {
		return nil
	}
	var all []string
	if strings.HasPrefix(value, "[") {
		if err := json.Unmarshal([]byte(value), &all); err != nil {
			r.refuse(tags, links.Bad, "is not a list of texts")
		}
		return &all
	}
	for tag := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == '|' || c == ',' || c == ';' }) {
		if tag = strings.TrimSpace(tag); tag != "" {
			all = append(all, tag)
		}
	}
	return &all
}

// time knows the forms of all programs: RFC 3339, what lacks its colon (Bitly),
// what lacks a zone (YOURLS, read as UTC), a day, and Unix seconds.
func (r *reading) time(c column) *int64 {
	value := strings.TrimSpace(r.cells[c])
	if value == "" || value == "null" {
		return nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", time.DateTime, "2006-01-02T15:04:05", time.DateOnly} {
		if at, err := time.Parse(layout, value); err == nil {
			millis := at.UnixMilli()
			return &millis
		}
	}
	seconds, err := strconv.ParseInt(value, 10, 48)
	if err != nil {
		r.refuse(c, links.Bad, fmt.Sprintf("is not a time: %.40q", value))
	}
	seconds *= 1000
	return &seconds
}

// lastSegment is the code in a short URL.
func lastSegment(short string) string {
	short, _, _ = strings.Cut(short, "?")
	short = strings.TrimRight(short, "/")
	return short[strings.LastIndexByte(short, '/')+1:]
}
