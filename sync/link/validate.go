package link

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The limits of DESIGN section 5.
const (
	MaxURL     = 8192 // bytes of a target URL
	MinAlias   = 3    // bytes of a custom alias
	MaxAlias   = 50
	MinLength  = 6 // digits of a generated code
	MaxLength  = 12
	MaxTags    = 20
	MaxTag     = 50 // characters of one tag
	MaxRecord  = 16 << 10
	MaxDomain  = 253
	DefaultLen = 7
)

// CheckURL says why raw may not be sent as a Location. It is the cheap check
// that runs at both ends; it accepts no URL whose bytes a header cannot carry
// or that names another scheme than http and https.
func CheckURL(raw string) error {
	switch {
	case raw == "":
		return errors.New("is empty")
	case len(raw) > MaxURL:
		return fmt.Errorf("is %d bytes long; the limit is %d", len(raw), MaxURL)
	case !utf8.ValidString(raw):
		return errors.New("is not valid UTF-8")
	case strings.Trim(raw, " \t\r\n") != raw:
		return errors.New("has white space at an end; remove it")
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] <= ' ' || raw[i] == 0x7f {
			return fmt.Errorf("has a space or control character at byte %d; write it percent-encoded", i)
		}
	}
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return errors.New("must start with http:// or https://")
	}
	authority := rest
	if i := strings.IndexAny(rest, `/?#\`); i >= 0 {
		if rest[i] == '\\' {
			return errors.New("has a backslash, which browsers read as a slash")
		}
		authority = rest[:i]
	}
	switch {
	case strings.Contains(authority, "@"):
		return errors.New("carries credentials (user@host); remove them")
	case authority == "" || authority[0] == ':':
		return errors.New("has no host")
	}
	return nil
}

// CheckCode says why code cannot be the code of any link: it must be 1 to 50
// bytes of [A-Za-z0-9_-]. An edge answers 404 for everything else without
// asking anybody.
func CheckCode(code string) error {
	if code == "" || len(code) > MaxAlias {
		return fmt.Errorf("must be 1 to %d characters long", MaxAlias)
	}
	for i := 0; i < len(code); i++ {
		if !codeByte[code[i]] {
			return errors.New("may hold only letters, digits, - and _")
		}
	}
	return nil
}

// CodeByte says whether b may stand in a code. Hot path: 0 allocs.
func CodeByte(b byte) bool { return codeByte[b] }

var codeByte = func() (t [256]bool) {
	for _, b := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		t[b] = true
	}
	return t
}()

// CheckRedirect says whether status is one of the four redirects.
func CheckRedirect(status int) error {
	switch status {
	case 301, 302, 307, 308:
		return nil
	}
	return errors.New("must be 301, 302, 307 or 308")
}

// Check says why a link that was received must not be served. A blocked or
// deleted link needs no valid target, for none is sent.
func (l *Link) Check() error {
	if l.Domain == "" || len(l.Domain) > MaxDomain {
		return errors.New("domain is empty or too long")
	}
	if err := CheckCode(l.Code); err != nil {
		return fmt.Errorf("code %w", err)
	}
	if l.Version == 0 {
		return errors.New("version is zero")
	}
	switch l.Status {
	case Blocked, Deleted:
		return nil
	case Active, Disabled:
	default:
		return fmt.Errorf("status %d is unknown", l.Status)
	}
	if err := CheckRedirect(l.Redirect); err != nil {
		return fmt.Errorf("redirect %w", err)
	}
	if err := CheckURL(l.URL); err != nil {
		return fmt.Errorf("URL %w", err)
	}
	if l.ExpiredURL != "" {
		if err := CheckURL(l.ExpiredURL); err != nil {
			return fmt.Errorf("expired URL %w", err)
		}
	}
	return nil
}
