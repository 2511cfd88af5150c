package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth is more than any body of ours needs; deeper ones are an attack on
// the stack of a recursive reader.
const maxDepth = 16

// decode is encoding/json without what it lets pass: two values for one name,
// of which another reader might take the other one, names in another case,
// great depth, and bytes that are not UTF-8.
func decode(data []byte, v any) error {
	if err := scan(data); err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// scan reads the tokens of one JSON value.
func scan(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("is not valid UTF-8")
	}
	tokens := json.NewDecoder(bytes.NewReader(data))
	var open []level
	for {
		token, err := tokens.Token()
		if errors.Is(err, io.EOF) {
			return nil // an incomplete value is json.Unmarshal's to refuse
		}
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if len(open) == maxDepth {
				return fmt.Errorf("is nested deeper than %d levels", maxDepth)
			}
			advance(open)
			open = append(open, newLevel(token == json.Delim('{')))
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if err := element(open, token); err != nil {
				return err
			}
		}
	}
}

// level is one object or array that is open.
type level struct {
	names map[string]bool // nil in an array
	value bool            // in an object: a value comes next, not a name
}

func newLevel(object bool) level {
	if object {
		return level{names: make(map[string]bool)}
	}
	return level{}
}

// advance notes that a value has begun on the innermost level.
func advance(open []level) {
	if len(open) > 0 {
		open[len(open)-1].value = false
	}
}

// element takes a name, or a value that is neither object nor array.
func element(open []level, token json.Token) error {
	if len(open) == 0 {
		return nil
	}
	in := &open[len(open)-1]
	name, isText := token.(string)
	if in.names == nil || in.value || !isText {
		in.value = false
		return nil
	}
	in.value = true
	switch {
	case strings.ContainsFunc(name, foldable):
		return fmt.Errorf("has a field %q; names are lower case ASCII", name)
	case in.names[name]:
		return fmt.Errorf("has the field %q twice", name)
	}
	in.names[name] = true
	return nil
}

// foldable says whether r may be another spelling of a letter: encoding/json
// takes names in any case, and "tagſ" for "tags".
func foldable(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 0x80 }
