package guard

import "encoding/binary"

// set is a set of bytes.
type set [256]bool

func newSet(members string) (s set) {
	for i := range len(members) {
		s[members[i]] = true
	}
	return s
}

const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Never written to.
var (
	token    = newSet("!#$%&'*+-.^_`|~" + digits + letters) // RFC 9110 section 5.6.2
	hostByte = newSet("-._" + digits + letters)
	hex      = newSet(digits + "abcdefABCDEF")
)

// hasControl says whether b has a control byte other than a tab. Eight bytes are
// tested at once, for it reads all of every request: a byte below n, and a byte
// that is zero after xor, as in Bit Twiddling Hacks (graphics.stanford.edu/~seander/bithacks.html).
func hasControl(b []byte) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		del := x ^ ones*0x7f
		if ((x-ones*0x20)&^x|(del-ones)&^del)&tops != 0 && anyControl(b[:8]) {
			return true
		}
	}
	return anyControl(b)
}

func anyControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// equalFold compares with a name in lower case.
func equalFold(b []byte, lower string) bool {
	for i := range len(lower) {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// trim cuts the white space that may stand around a value.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// isVersion says whether b names a version of HTTP, whichever.
func isVersion(b []byte) bool {
	const prefix = "HTTP/"
	if len(b) <= len(prefix) || string(b[:len(prefix)]) != prefix {
		return false
	}
	for _, c := range b[len(prefix):] {
		if c != '.' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
