package clicks

import "bytes"

// tagRoom is for the parameters that are kept of a query.
const tagRoom = 255

// tagged puts the parameters that say where a link was passed on into room, as
// they stand in the query; what else a query says may be a secret. What does not
// fit is left out. Hot path: 0 allocs.
func tagged(query []byte, room *[tagRoom]byte) []byte {
	kept := room[:0]
	for rest := query; len(rest) > 0; {
		pair := rest
		rest = nil
		if i := bytes.IndexByte(pair, '&'); i >= 0 {
			pair, rest = pair[:i], pair[i+1:]
		}
		if !isTag(pair) || len(kept)+1+len(pair) > len(room) {
			continue
		}
		if len(kept) > 0 {
			kept = append(kept, '&')
		}
		kept = append(kept, pair...)
	}
	return kept
}

func isTag(pair []byte) bool {
	if len(pair) < len("utm_x") || string(pair[:4]) != "utm_" {
		return false
	}
	switch name := pair[4:]; name[0] {
	case 's':
		return bytes.HasPrefix(name, []byte("source="))
	case 'm':
		return bytes.HasPrefix(name, []byte("medium="))
	case 'c':
		return bytes.HasPrefix(name, []byte("campaign="))
	}
	return false
}

// special are the characters that divide a URL's authority from the rest of it, or
// its user from its host. Never written to.
var special = [256]bool{'/': true, '?': true, '#': true, '\\': true, '@': true}

// authority is the part of a URL that names a host; a path or a query may be a
// secret, and so may what stands before an @. Hot path: 0 allocs.
func authority(url []byte) []byte {
	if i := bytes.IndexByte(url, ':'); i >= 0 && bytes.HasPrefix(url[i:], []byte("://")) {
		url = url[i+3:]
	}
	from := 0
	for i, c := range url {
		switch {
		case !special[c]:
		case c == '@':
			from = i + 1
		default:
			return url[from:i]
		}
	}
	return url[from:]
}
