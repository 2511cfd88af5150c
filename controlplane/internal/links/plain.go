package links

import "strings"

// The bytes of a plain URL: of its host, and of what follows.
const (
	hostBytes = "abcdefghijklmnopqrstuvwxyz0123456789-."
	tailBytes = hostBytes + "ABCDEFGHIJKLMNOPQRSTUVWXYZ_~/?=&+,;:@!$*()"
)

// readsAsWritten says whether nobody can read url otherwise than it is written, which most
// are, so that it need not be parsed, for some microseconds, to know: http or https,
// a host of lower-case letters and digits that is no address and no international
// name, and a path without dots for folders and without escapes.
func readsAsWritten(url string) bool {
	rest, ok := strings.CutPrefix(url, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(url, "http://"); !ok {
			return false
		}
	}
	host, tail := cut(rest, "/")
	last := host[strings.LastIndexByte(host, '.')+1:]
	return tail != "" && last != "" && last[0] >= 'a' && consistsOf(host, hostBytes) &&
		!strings.HasPrefix(host, ".") && !strings.Contains(host, "..") && !strings.Contains(host, "xn--") &&
		consistsOf(tail, tailBytes) && !strings.Contains(tail, "/.")
}

func consistsOf(s, set string) bool {
	for i := range len(s) {
		if strings.IndexByte(set, s[i]) < 0 {
			return false
		}
	}
	return true
}
