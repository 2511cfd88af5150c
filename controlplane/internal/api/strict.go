package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is more than any body of ours needs; deeper ones are an attack on
// the stack of a recursive reader.
const maxDepth = 16

// decode is encoding/json without what it lets pass: two values for one name,
// of which another reader might take the other one, names in another case,
// great depth, and what is not Unicode, whether as bytes or as escapes.
func decode(data []byte, v any) error {
	if err := scan(data); err != nil {
		return err
	}
	return plainly(json.Unmarshal(data, v))
}

// plainly is err without Go's names for the types of numbers, and without the
// number, which may be as long as the body.
func plainly(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Field != "":
		return fmt.Errorf("%s is not a number in range", wrong.Field)
	}
	return errors.New("has a number out of range")
}

// scan reads the tokens of one JSON value.
func scan(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("is not valid UTF-8")
	}
	if halved(data) {
		return errors.New("has half a character: an escaped surrogate without its other half")
	}
	tokens := json.NewDecoder(bytes.NewReader(data))
	var open []level
	for {
		token, err := tokens.Token()
		if errors.Is(err, io.EOF) {
			return nil // an incomplete value is json.Unmarshal's to refuse
		}
		if err != nil {
			return plainly(err)
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

// halved says whether data has an escape for one half of a character beyond
// U+FFFF alone. encoding/json would put U+FFFD in its place: another text than
// the one that was sent.
func halved(data []byte) bool {
	for {
		at := bytes.IndexByte(data, '\\')
		if at < 0 {
			return false
		}
		data = data[at:]
		first, ok := escaped(data)
		switch {
		case !ok: // another escape, or one that the reader refuses
			data = data[min(2, len(data)):]
		case !utf16.IsSurrogate(first):
			data = data[escapeSize:]
		default:
			second, _ := escaped(data[escapeSize:])
			if utf16.DecodeRune(first, second) == utf8.RuneError {
				return true
			}
			data = data[2*escapeSize:]
		}
	}
}

// escapeSize is the length of \uXXXX.
const escapeSize = 6

// escaped gives the code unit of the \uXXXX that data begins with.
func escaped(data []byte) (unit rune, ok bool) {
	if len(data) < escapeSize || data[0] != '\\' || data[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(data[2:escapeSize]), 16, 16)
	return rune(n), err == nil
}
