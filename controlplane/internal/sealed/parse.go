package sealed

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// KeyBytes is the length of a master key.
const KeyBytes = 32

var errNoKey = errors.New("holds no key")

// Parse makes a box of keys as people write them: 32 bytes each, in base64 or hex,
// separated by commas, spaces or ends of line.
func Parse(text string) (*Box, error) {
	var keys [][KeyBytes]byte
	for i, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		key, ok := parseKey(word)
		if !ok {
			return nil, fmt.Errorf("key %d is not 32 bytes in base64 or hex; openssl rand -base64 32 makes one", i+1)
		}
		keys = append(keys, key)
	}
	return New(keys...)
}

func parseKey(word string) (key [KeyBytes]byte, ok bool) {
	decode := base64.StdEncoding.DecodeString
	switch len(word) {
	case hex.EncodedLen(KeyBytes):
		decode = hex.DecodeString
	case base64.RawStdEncoding.EncodedLen(KeyBytes):
		decode = base64.RawStdEncoding.DecodeString
	}
	bytes, err := decode(word)
	return key, err == nil && copy(key[:], bytes) == KeyBytes && len(bytes) == KeyBytes
}
