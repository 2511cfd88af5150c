package redirect

import (
	"bytes"

	"github.com/fingerpost/fingerpost/sync/link"
)

// originForm cuts scheme and host off an absolute target, which every server has
// to accept (RFC 9112 section 3.2.2). The guard has seen that the host is the
// same as that of the Host header, which is the one that counts.
func originForm(target []byte) []byte {
	if len(target) == 0 || target[0] == '/' {
		return target
	}
	for _, scheme := range []string{"http://", "https://"} {
		if n := len(scheme); len(target) > n && bytes.EqualFold(target[:n], []byte(scheme)) {
			path := bytes.IndexByte(target[n:], '/')
			if path < 0 {
				return nil
			}
			return target[n+path:]
		}
	}
	return target
}

// splitTarget reads a request's target: "/" and a code, perhaps "?" and a query.
// ok is false for everything else. Hot path: 0 allocs.
func splitTarget(target []byte) (code, query []byte, ok bool) {
	if len(target) < 2 || target[0] != '/' {
		return nil, nil, false
	}
	rest := target[1:]
	for i, b := range rest {
		if link.CodeByte(b) {
			continue
		}
		if b != '?' {
			return nil, nil, false
		}
		rest, query = rest[:i], rest[i+1:]
		break
	}
	return rest, query, 0 < len(rest) && len(rest) <= link.MaxAlias
}

// plainQuery says whether a query can be forwarded: visible ASCII that ends
// neither the query nor the header.
func plainQuery(query []byte) bool {
	for _, b := range query {
		if b <= ' ' || b >= 0x7f || b == '#' {
			return false
		}
	}
	return true
}

// appendQuery appends url with query added at its end, before a fragment. All of
// url's own bytes stay as they are.
func appendQuery(dst, url, query []byte) []byte {
	base, fragment := url, []byte(nil)
	if i := bytes.IndexByte(url, '#'); i >= 0 {
		base, fragment = url[:i], url[i:]
	}
	dst = append(dst, base...)
	switch {
	case bytes.IndexByte(base, '?') < 0:
		dst = append(dst, '?')
	case base[len(base)-1] != '?' && base[len(base)-1] != '&':
		dst = append(dst, '&')
	}
	dst = append(dst, query...)
	return append(dst, fragment...)
}
