package visit

import "strings"

// longestHost bounds a referrer's host; DNS allows 253 bytes.
const longestHost = 253

// host gives the host of a referrer in lower case: of a URL, of an application
// (android-app://), or of a bare authority. A port, a user and a path do not
// matter. Empty if it is no host.
func host(referrer string) string {
	if _, rest, ok := strings.Cut(referrer, "://"); ok {
		referrer = rest
	}
	referrer = referrer[:strings.IndexAny(referrer+"/", "/?#\\")]
	referrer = referrer[strings.LastIndexByte(referrer, '@')+1:]
	if rest, ok := strings.CutPrefix(referrer, "["); ok {
		address, _, _ := strings.Cut(rest, "]")
		return hostName(address, ":")
	}
	name, port, ok := strings.Cut(referrer, ":")
	if ok && (port == "" || strings.Trim(port, "0123456789") != "") {
		return "" // about:blank and the like
	}
	return hostName(strings.TrimSuffix(name, "."), "-_")
}

// hostName gives s in lower case if it is letters, digits, dots and what else
// is allowed.
func hostName(s, allowed string) string {
	if len(s) > longestHost || strings.HasPrefix(s, ".") {
		return ""
	}
	s = strings.ToLower(s)
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && strings.IndexByte(allowed, c) < 0 {
			return ""
		}
	}
	return s
}
