package guard_test

import (
	"bufio"
	"bytes"
	"net/http"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/fingerpost/fingerpost/edge/internal/guard"
)

// E15: in what the guard lets through, two other parsers find the same single
// request, without a body.
func FuzzHead(f *testing.F) {
	for _, head := range heads {
		f.Add([]byte(head))
	}
	for _, raw := range []string{
		"GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "\r\nHEAD / HTTP/1.0\r\nHost:[::1]:80\r\n\r\n",
		"GET http://a/b HTTP/1.1\r\nHost: a\r\nX:\t\xff\r\n\r\nGET", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, status := guard.Head(raw)
		switch {
		case n < 0 || n > len(raw) || n > guard.MaxHead || n > 0 && status != 0:
			t.Fatalf("length %d of %d, status %d", n, len(raw), status)
		case n == 0 && status == 0 && len(raw) > guard.MaxHead:
			t.Fatalf("%d bytes, and still not known", len(raw))
		}
		if n == 0 {
			return
		}
		// What is accepted stays so with anything behind it, and not with less.
		if m, s := guard.Head(append(bytes.Clone(raw[:n]), "\x00rest"...)); m != n || s != 0 {
			t.Fatalf("with more behind it: %d, %d", m, s)
		}
		if m, s := guard.Head(raw[:n-1]); m != 0 || s != 0 {
			t.Fatalf("with less: %d, %d", m, s)
		}
		compare(t, raw[:n])
	})
}

func compare(t *testing.T, head []byte) {
	var fast fasthttp.RequestHeader
	in := bufio.NewReaderSize(bytes.NewReader(head), guard.MaxHead)
	if err := fast.Read(in); err != nil {
		t.Fatalf("fasthttp: %v", err)
	}
	if in.Buffered() > 0 || fast.ContentLength() > 0 {
		t.Fatalf("fasthttp leaves %d bytes and a body of %d", in.Buffered(), fast.ContentLength())
	}
	in = bufio.NewReaderSize(bytes.NewReader(bytes.TrimPrefix(head, []byte("\r\n"))), guard.MaxHead)
	std, err := http.ReadRequest(in)
	if err != nil {
		return // it refuses more of what a target may be
	}
	if in.Buffered() > 0 || std.ContentLength > 0 || len(std.TransferEncoding) > 0 {
		t.Fatalf("net/http leaves %d bytes and a body of %d", in.Buffered(), std.ContentLength)
	}
	if std.Method != string(fast.Method()) || std.RequestURI != string(fast.RequestURI()) {
		t.Fatalf("net/http and fasthttp disagree: %s %s", std.Method, std.RequestURI)
	}
	if fast.RequestURI()[0] == '/' && std.Host != string(fast.Host()) {
		t.Fatalf("net/http and fasthttp disagree: %s and %s", std.Host, fast.Host())
	}
}
