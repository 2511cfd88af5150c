package guard

import "bytes"

// header reads one line, and says whether it is well formed and allowed.
func (f *facts) header(line []byte) bool {
	n := 0
	for n < len(line) && token[line[n]] {
		n++
	}
	// This also refuses folded lines, which begin with a space, and spaces before
	// the colon.
	if n == 0 || n == len(line) || line[n] != ':' {
		return false
	}
	name, value := line[:n], line[n+1:]
	if hasControl(value) {
		return false
	}
	switch n { // few names have these lengths, so most are not compared at all
	case len("dnt"):
		f.private = f.private || equalFold(name, "dnt") && string(trim(value)) == "1"
	case len("host"):
		if equalFold(name, "host") {
			f.hosts++
			f.host = trim(value)
		}
	case len("expect"):
		f.expect = f.expect || equalFold(name, "expect")
	case len("referer"), len("user-agent"), len("accept-language"):
		f.about(name, value)
	case len("content-length"):
		if equalFold(name, "content-length") {
			return f.length(trim(value))
		}
	case len("transfer-encoding"):
		return !equalFold(name, "transfer-encoding")
	}
	return true
}

// about reads a line of which the length of the name says that it may be about
// who asks, or what is to become of the connection.
func (f *facts) about(name, value []byte) {
	switch name[0] | 0x20 { // in lower case, if it is a letter
	case 'r':
		keep(&f.referrer, name, "referer", value)
	case 's':
		f.private = f.private || is(name, "sec-gpc") && string(trim(value)) == "1"
	case 'u':
		keep(&f.agent, name, "user-agent", value)
	case 'c':
		if is(name, "connection") {
			f.connection(value)
		}
	case 'a':
		keep(&f.language, name, "accept-language", value)
	case 'x':
		f.forwarded = f.forwarded || is(name, "x-forwarded-for")
	}
}

// keep sets a field to the value of a header called want, once.
func keep(field *[]byte, name []byte, want string, value []byte) {
	if *field == nil && is(name, want) {
		*field = trim(value)
	}
}

// is compares with a name in lower case.
func is(name []byte, lower string) bool { return len(name) == len(lower) && equalFold(name, lower) }

// connection reads what the client wants of the connection after this request.
func (f *facts) connection(value []byte) {
	for option := range bytes.SplitSeq(value, []byte(",")) {
		option = trim(option)
		f.closes = f.closes || bytes.EqualFold(option, []byte("close"))
		f.keeps = f.keeps || bytes.EqualFold(option, []byte("keep-alive"))
	}
}

// length reads a Content-Length: once, and digits only.
func (f *facts) length(value []byte) bool {
	f.lengths++
	if f.lengths > 1 || len(value) == 0 || len(value) > 18 {
		return false
	}
	for _, b := range value {
		if b < '0' || b > '9' {
			return false
		}
		f.body = f.body || b != '0'
	}
	return true
}

// goodTarget says whether the target is a path, or absolute with the same host
// as Host. RFC 9112 section 3.2.2 would let another one override Host, which a
// proxy in front may not have done. OPTIONS and CONNECT have forms of their own.
func (f *facts) goodTarget() bool {
	if f.target[0] == '/' || f.verb {
		return true
	}
	scheme, authority, ok := bytes.Cut(f.target, []byte("://"))
	if !ok || !bytes.EqualFold(scheme, []byte("http")) && !bytes.EqualFold(scheme, []byte("https")) {
		return false
	}
	if end := bytes.IndexAny(authority, "/?#"); end >= 0 {
		authority = authority[:end]
	}
	return bytes.EqualFold(authority, f.host)
}

// goodHost says whether a Host header is a name or an address, perhaps with a
// port. Whether it is one of ours is for the handler.
func goodHost(host []byte) bool {
	name := host
	if len(host) > 0 && host[0] == '[' {
		end := bytes.IndexByte(host, ']')
		if end < 2 {
			return false
		}
		for _, b := range host[1:end] {
			if b != ':' && b != '.' && !hex[b] {
				return false
			}
		}
		return goodPort(host[end+1:])
	}
	if i := bytes.IndexByte(host, ':'); i >= 0 {
		if !goodPort(host[i:]) {
			return false
		}
		name = host[:i]
	}
	for _, b := range name {
		if !hostByte[b] {
			return false
		}
	}
	return len(name) > 0
}

// goodPort reads nothing, or a colon and digits; RFC 3986 lets there be none.
func goodPort(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if b[0] != ':' || len(b) > len(":65535") {
		return false
	}
	for _, d := range b[1:] {
		if d < '0' || d > '9' {
			return false
		}
	}
	return true
}
