package links

import (
	"errors"
	"fmt"
	"strings"
)

// Refusals beside ErrNotFound, ErrTaken and *Invalid.
var (
	// ErrPrecondition: the link has changed since the caller read it.
	ErrPrecondition = errors.New("the link has changed meanwhile")
	// ErrUnavailable: the database or the supply of codes does not answer. Whether
	// a write has happened is open.
	ErrUnavailable = errors.New("not available at the moment")
)

// The codes of a FieldError, for programs.
const (
	Required  = "required"
	Bad       = "invalid"
	TooLong   = "too_long"
	TooShort  = "too_short"
	TooMany   = "too_many"
	Reserved  = "reserved"
	Offensive = "offensive"
	Loop      = "loop"
	Conflict  = "conflict"
	Past      = "past"
	Unknown   = "unknown"
)

// FieldError is what is wrong with one field.
type FieldError struct {
	Field  string // as the API names it, such as long_url or tags[3]
	Code   string // one of the codes above
	Detail string // a sentence without its subject: "is longer than 300 characters"
}

// Invalid lists everything that is wrong with a request, in the order of its
// fields.
type Invalid struct{ Fields []FieldError }

func (e *Invalid) Error() string {
	texts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		texts[i] = f.Field + " " + f.Detail
	}
	return strings.Join(texts, "; ")
}

// Refuse is an *Invalid about one field.
func Refuse(field, code, detail string) error {
	return &Invalid{[]FieldError{{field, code, detail}}}
}

func (e *Invalid) add(field, code, detail string) {
	e.Fields = append(e.Fields, FieldError{field, code, detail})
}

// err is e, or nil if nothing is wrong.
func (e *Invalid) err() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// classed leaves refusals as they are and marks everything else, which came
// from the database, as ErrUnavailable.
func classed(doing string, err error) error {
	var invalid *Invalid
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid),
		errors.Is(err, ErrNotFound), errors.Is(err, ErrTaken), errors.Is(err, ErrPrecondition), errors.Is(err, ErrUnavailable):
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: %w: %w", doing, ErrUnavailable, err)
}
