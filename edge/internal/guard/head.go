package guard

import "bytes"

// What a head may take. RFC 9112 section 3 recommends 8,000 bytes at least for
// the request line.
const (
	MaxTarget  = 8 << 10
	MaxHeaders = 8 << 10
	// maxLine leaves room for a method and the version.
	maxLine = MaxTarget + 256
	// MaxHead is the longest head that can be accepted, the empty line before it
	// and the end of its request line included.
	MaxHead = 2 + maxLine + 2 + MaxHeaders
)

// What a head can be refused with, beside Bad.
const (
	Bad                = 400
	MethodNotAllowed   = 405
	TooLate            = 408
	HasBody            = 413
	TargetTooLong      = 414
	ExpectationFailed  = 417
	HeadersTooLarge    = 431
	VersionUnsupported = 505
)

// facts is what the rules about a head as a whole need to know of its lines.
type facts struct {
	target             []byte
	host               []byte
	hosts, lengths     int
	body, expect, verb bool // verb: the method is neither GET nor HEAD
	old, headOnly      bool // of HTTP/1.0; the method is HEAD
	closes, keeps      bool // what Connection wants
	visitor
}

// visitor is what a head says of who sent it. Of a header that comes twice, the
// first counts.
type visitor struct {
	agent, referrer, language []byte
	forwarded                 bool // X-Forwarded-For is there
	private                   bool // DNT or Sec-GPC is 1
}

// Head looks at the request head that b begins with. It gives the head's length
// if it is whole and may be handed on, 0 and 0 if more bytes are needed to say,
// or the status to refuse it with. Hot path: 0 allocs.
func Head(b []byte) (length, status int) {
	var f facts
	return f.head(b)
}

func (f *facts) head(b []byte) (length, status int) {
	at := 0
	if len(b) > 0 && b[0] == '\r' {
		// RFC 9112 section 2.2: one empty line before a request is ignored.
		if len(b) == 1 {
			return 0, 0
		}
		if b[1] != '\n' {
			return 0, Bad
		}
		at = 2
	}
	n, status := f.requestLine(b[at:])
	if n == 0 || status != 0 {
		return 0, status
	}
	at += n
	n, status = f.headers(b[at:])
	if n == 0 {
		return 0, status
	}
	if status = f.judge(); status != 0 {
		return 0, status
	}
	return at + n, 0
}

// requestLine reads the first line and gives its length with its end.
func (f *facts) requestLine(b []byte) (length, status int) {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		switch {
		case len(b) > maxLine:
			return 0, TargetTooLong
		case len(b) > 0 && !token[b[0]]:
			return 0, Bad // a TLS hello, say, that would wait for our answer
		}
		return 0, 0
	}
	if end > maxLine {
		return 0, TargetTooLong
	}
	if end == 0 || b[end-1] != '\r' {
		return 0, Bad
	}
	line := b[:end-1]
	if hasControl(line) {
		return 0, Bad
	}
	return end + 1, f.words(line)
}

// words reads a request line's method, target and version, each separated from
// the next by one space.
func (f *facts) words(line []byte) (status int) {
	m := bytes.IndexByte(line, ' ')
	if m <= 0 {
		return Bad
	}
	method, rest := line[:m], line[m+1:]
	t := bytes.IndexByte(rest, ' ')
	if t <= 0 {
		return Bad
	}
	f.target = rest[:t]
	f.verb = string(method) != "GET" && string(method) != "HEAD"
	f.headOnly = string(method) == "HEAD"
	switch version := rest[t+1:]; {
	case string(version) == "HTTP/1.1":
	case string(version) == "HTTP/1.0":
		f.old = true
	case isVersion(version):
		return VersionUnsupported
	default:
		return Bad
	}
	if len(f.target) > MaxTarget {
		return TargetTooLong
	}
	return 0
}

// headers reads the lines up to the empty one and gives their length, that one
// included.
func (f *facts) headers(b []byte) (length, status int) {
	for at := 0; ; {
		n := bytes.IndexByte(b[at:], '\n')
		if n < 0 {
			if len(b) > MaxHeaders {
				return 0, HeadersTooLarge
			}
			return 0, 0
		}
		if at+n >= MaxHeaders {
			return 0, HeadersTooLarge
		}
		line := b[at : at+n]
		at += n + 1
		if n == 0 || line[n-1] != '\r' {
			return 0, Bad
		}
		if n == 1 {
			return at, 0
		}
		if !f.header(line[:n-1]) {
			return 0, Bad
		}
	}
}

// judge applies what is about more than one line. What could be read in two ways
// comes first; then what the client is told in the order in which it can act.
func (f *facts) judge() (status int) {
	switch {
	case f.hosts != 1 || !goodHost(f.host) || !f.goodTarget():
		return Bad
	case f.expect:
		return ExpectationFailed
	case f.body:
		return HasBody
	case f.verb:
		return MethodNotAllowed
	}
	return 0
}
