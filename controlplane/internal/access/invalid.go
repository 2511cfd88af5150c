package access

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Invalid is what is wrong with one field.
type Invalid struct {
	Field  string // as the API names it
	Detail string // a sentence without its subject
}

// InvalidFields is everything that is wrong with a request.
type InvalidFields []Invalid

func (e InvalidFields) Error() string {
	texts := make([]string, len(e))
	for i, f := range e {
		texts[i] = f.Field + " " + f.Detail
	}
	return strings.Join(texts, "; ")
}

// wellFormed says whether id may be one of ours. What is not, no database is
// asked for: not all of them can read every text.
func wellFormed(id string) bool {
	return id != "" && len(id) <= maxWorkspace && strings.Trim(id, digits+"-") == ""
}

// maxText is how many characters a name for people may have.
const maxText = 200

// text notes if value cannot be shown or stored as a line of text.
func (e *InvalidFields) text(field, value string) {
	switch {
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		*e = append(*e, Invalid{field, "has a control character or is not valid UTF-8"})
	case utf8.RuneCountInString(value) > maxText:
		*e = append(*e, Invalid{field, "is longer than 200 characters"})
	}
}
