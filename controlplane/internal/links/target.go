package links

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"github.com/nlnwa/whatwg-url/url"
	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/fingerpost/fingerpost/sync/link"
)

// errLoop refuses a target on one of our own domains: a visitor would be sent
// round in circles.
var errLoop = errors.New("leads back to one of our own domains")

// checkTarget gives raw as it is to be stored: byte for byte, but with an
// international host as its A-label. It refuses what link.CheckURL refuses, and
// whatever a browser would read otherwise than it is written: a person who
// approves a link must have seen where it goes.
func (d *Domains) checkTarget(raw string) (stored string, err error) {
	if err := link.CheckURL(raw); err != nil {
		return "", err
	}
	if strings.ContainsFunc(raw, unicode.IsControl) {
		return "", errors.New("has a control character")
	}
	scheme, rest, _ := strings.Cut(raw, "://")
	authority, tail := cut(rest, "/?#")
	path, _ := cut(tail, "?#")
	if strings.Contains(path, `\`) {
		return "", errors.New("has a backslash, which browsers read as a slash")
	}
	if readsAsWritten(raw) {
		if _, ours := d.Name(authority); ours {
			return "", errLoop
		}
		return raw, checkLabels(authority)
	}
	parsed, err := url.Parse(raw)
	if err != nil {
		return "", errors.New("is not a URL that browsers accept")
	}
	host, port, err := splitPort(authority)
	if err != nil {
		return "", err
	}
	if err := sameHost(host, parsed.Hostname()); err != nil {
		return "", err
	}
	if _, ours := d.Name(parsed.Hostname()); ours {
		return "", errLoop
	}
	if ascii(host) {
		return raw, nil
	}
	stored = scheme + "://" + parsed.Hostname() + port + tail
	return stored, link.CheckURL(stored) // an A-label may be longer than what it stands for
}

// cut splits s before the first of the bytes in stop.
func cut(s, stop string) (before, after string) {
	if i := strings.IndexAny(s, stop); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// splitPort splits "host:port"; the colon stays with the port. An empty port is
// allowed: browsers ignore it, and real links have it.
func splitPort(authority string) (host, port string, err error) {
	i := strings.LastIndexByte(authority, ':')
	if i < 0 || i < strings.LastIndexByte(authority, ']') {
		return authority, "", nil
	}
	host, port = authority[:i], authority[i:]
	if digits := port[1:]; digits != "" {
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || strconv.FormatUint(n, 10) != digits {
			return "", "", errors.New("has a port that is not a plain number up to 65535")
		}
	}
	return host, port, nil
}

// sameHost says why browsers, who read host as parsed, would go elsewhere than
// a person would think.
func sameHost(host, parsed string) error {
	lower := strings.ToLower(host)
	if address, ok := strings.CutPrefix(lower, "["); ok {
		a, errA := netip.ParseAddr(strings.TrimSuffix(address, "]"))
		b, errB := netip.ParseAddr(strings.Trim(parsed, "[]"))
		if errA != nil || errB != nil || a != b {
			return errors.New("has a malformed IPv6 address")
		}
		return nil
	}
	shown := parsed
	if !ascii(host) {
		// Going back from the A-label must give what was written. It does not for
		// invisible and full-width characters, which are read as others or dropped.
		var err error
		if shown, err = idna.Display.ToUnicode(parsed); err != nil {
			return errors.New("has a host that is not a valid international name")
		}
		lower = norm.NFC.String(lower)
	}
	if shown != lower {
		return errors.New("has a host that browsers read as " + strconv.Quote(parsed) + "; write it so")
	}
	return checkLabels(parsed)
}

// checkLabels holds a name to the lengths of RFC 1035, section 2.3.4.
func checkLabels(name string) error {
	name = strings.TrimSuffix(name, ".")
	if len(name) > link.MaxDomain {
		return errors.New("has a host that is too long")
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 {
			return errors.New("has a host with an empty or too long part")
		}
	}
	return nil
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}
