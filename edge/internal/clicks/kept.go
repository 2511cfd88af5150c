package clicks

import "bytes"

// tagRoom is for the parameters that are kept of a query.
const tagRoom = 255

// The parameters that are kept; what else a query says may be a secret. Never
// written to.
var (
	tagPrefix = []byte("utm_")
	tags      = [][]byte{[]byte("utm_source="), []byte("utm_medium="), []byte("utm_campaign=")}
)

// tagged puts the parameters that say where a link was passed on into room, as
// they stand in the query. What does not fit is left out. Hot path: 0 allocs.
func tagged(query []byte, room *[tagRoom]byte) []byte {
	kept := room[:0]
	if !bytes.Contains(query, tagPrefix) {
		return kept
	}
	for pair, rest := query, query; len(rest) > 0; {
		pair, rest, _ = bytes.Cut(rest, []byte("&"))
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
	for _, tag := range tags {
		if bytes.HasPrefix(pair, tag) {
			return true
		}
	}
	return false
}

// authority is the part of a URL that names a host; a path or a query may be a
// secret, and so may what stands before an @. Hot path: 0 allocs.
func authority(url []byte) []byte {
	if i := bytes.Index(url, []byte("://")); i >= 0 {
		url = url[i+3:]
	}
	from := 0
	for i, c := range url {
		switch c {
		case '@':
			from = i + 1
		case '/', '?', '#', '\\':
			return url[from:i]
		}
	}
	return url[from:]
}
