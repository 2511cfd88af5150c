package visit

import "strings"

// primary gives the primary subtag of the language that an Accept-Language
// header names first (RFC 5646: two or three letters), in lower case.
func primary(header string) string {
	header = strings.TrimSpace(header)
	tag := header[:strings.IndexAny(header+",", "-_,; ")]
	if len(tag) != 2 && len(tag) != 3 {
		return ""
	}
	for i := range len(tag) {
		if c := tag[i] | 0x20; c < 'a' || c > 'z' {
			return ""
		}
	}
	return strings.ToLower(tag)
}
