package redirect_test

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/edge/internal/redirect"
)

// serve runs the edge's handler behind a real server on a real port.
func (e *edge) serve(t testing.TB, change func(*redirect.Options)) *redirect.Server {
	t.Helper()
	o := redirect.Options{
		Addr: "127.0.0.1:0", Lookup: e, Recorder: e, View: e, Wait: time.Second,
		Now: func() time.Time { return e.now }, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&o)
	}
	s, err := redirect.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(t, s) })
	return s
}

// rawClient is one connection that sends what it is told to.
type rawClient struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

func dial(t testing.TB, addr string) *rawClient {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return newRawClient(t, conn)
}

func newRawClient(t testing.TB, conn net.Conn) *rawClient {
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &rawClient{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// send writes, and minds no error: a server that refuses may not read to the end.
func (c *rawClient) send(raw string) { _, _ = io.WriteString(c.conn, raw) }

// answer reads one answer to a request with method.
func (c *rawClient) answer(method string) (*http.Response, string) {
	c.t.Helper()
	r, err := http.ReadResponse(c.in, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("reading an answer: %v", err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Fatalf("reading an answer's body: %v", err)
	}
	return r, string(body)
}

// closed says whether the server sends nothing more and ends the connection.
func (c *rawClient) closed() bool {
	c.t.Helper()
	b, err := io.ReadAll(c.in)
	if len(b) > 0 {
		c.t.Errorf("after the answer came %q", b)
	}
	return err == nil || errors.Is(err, syscall.ECONNRESET)
}

// open says whether the connection answers one more request.
func (c *rawClient) open() bool {
	c.t.Helper()
	c.send("GET /code HTTP/1.1\r\nHost: a.example\r\n\r\n")
	r, err := http.ReadResponse(c.in, nil)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Error("neither closed nor answered")
	}
	return err == nil && r.StatusCode == http.StatusFound
}

const (
	good   = "GET /code HTTP/1.1\r\nHost: a.example\r\n"
	hidden = "GET /hidden HTTP/1.1\r\nHost: a.example\r\n\r\n"
)

// refusals are the cases of ACCEPTANCE E1 to E9 that are refused, by their
// numbers. Behind each stands a request that would count a click if it ran.
var refusals = map[string]struct {
	raw    string
	status int
}{
	"E1 length, then chunked":         {good + "Content-Length: 48\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
	"E1 chunked, then length":         {good + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
	"E1 chunked, then length 0":       {good + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 400},
	"E1 POST":                         {"POST /code HTTP/1.1\r\nHost: a.example\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
	"E2 two lengths":                  {good + "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello", 400},
	"E2 the same length twice":        {good + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400},
	"E2 lengths in a list":            {good + "Content-Length: 0, 0\r\n\r\n", 400},
	"E2 negative length":              {good + "Content-Length: -1\r\n\r\n", 400},
	"E2 signed length":                {good + "Content-Length: +0\r\n\r\n", 400},
	"E2 hexadecimal length":           {good + "Content-Length: 0x0\r\n\r\n", 400},
	"E2 empty length":                 {good + "Content-Length:\r\n\r\n", 400},
	"E2 huge length":                  {good + "Content-Length: 18446744073709551616\r\n\r\n", 400},
	"E2 length of another script":     {good + "Content-Length: \xd9\xa0\r\n\r\n", 400},
	"E2 chunked":                      {good + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
	"E2 identity":                     {good + "Transfer-Encoding: identity\r\n\r\n", 400},
	"E2 empty encoding":               {good + "transfer-encoding:\r\n\r\n", 400},
	"E2 chunked, oddly spelled":       {good + "tRANSFER-eNCODING: xchunked\r\n\r\n", 400},
	"E3 body":                         {good + "Content-Length: 5\r\n\r\nhello", 413},
	"E3 body of a byte":               {good + "Content-Length: 1\r\n\r\nx", 413},
	"E3 body that is a request":       {good + "Content-Length: 47\r\n\r\n", 413},
	"E3 body with POST":               {"POST /code HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello", 413},
	"E3 expectation":                  {good + "Expect: 100-continue\r\n\r\n", 417},
	"E3 expectation with a body":      {good + "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\nhello", 417},
	"E3 other expectation":            {good + "expect: everything\r\n\r\n", 417},
	"E4 folded":                       {good + "X: a\r\n b\r\n\r\n", 400},
	"E4 folded with a tab":            {good + "X: a\r\n\tb: c\r\n\r\n", 400},
	"E4 folded first line":            {"GET /code HTTP/1.1\r\n Host: a.example\r\n\r\n", 400},
	"E4 space before the colon":       {"GET /code HTTP/1.1\r\nHost : a.example\r\n\r\n", 400},
	"E4 tab before the colon":         {good + "X\t: a\r\n\r\n", 400},
	"E4 space in a name":              {good + "X Y: a\r\n\r\n", 400},
	"E4 no colon":                     {good + "X\r\n\r\n", 400},
	"E4 no name":                      {good + ": x\r\n\r\n", 400},
	"E4 NUL in a value":               {good + "X: a\x00b\r\n\r\n", 400},
	"E4 NUL in a name":                {good + "X\x00: a\r\n\r\n", 400},
	"E4 bare CR in a value":           {good + "X: a\rb\r\n\r\n", 400},
	"E4 bare CR before the end":       {good + "X: a\r\r\n\r\n", 400},
	"E4 bare LF":                      {good + "X: a\n\r\n", 400},
	"E4 bare LF at the end":           {good + "\n", 400},
	"E4 bare LF after the target":     {"GET /code HTTP/1.1\nHost: a.example\r\n\r\n", 400},
	"E4 bell in a value":              {good + "X: a long value, and then \x07\r\n\r\n", 400},
	"E4 DEL in a value":               {good + "X: 0123456\x7f\r\n\r\n", 400},
	"E4 byte over 0x7F in a name":     {good + "X\xc3\xa9: a\r\n\r\n", 400},
	"E4 control byte in the target":   {"GET /code\x01 HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E4 NUL in the target":            {"GET /code\x00 HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E4 tab in the first line":        {"GET\t/code HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E4 two spaces":                   {"GET  /code HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E4 space in the target":          {"GET /co de HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E4 space at the end":             {"GET /code HTTP/1.1 \r\nHost: a.example\r\n\r\n", 400},
	"E4 space at the beginning":       {" GET /code HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E4 two empty lines first":        {"\r\n\r\n" + good + "\r\n", 400},
	"E5 no Host":                      {"GET /code HTTP/1.1\r\nX: a.example\r\n\r\n", 400},
	"E5 no header":                    {"GET /code HTTP/1.1\r\n\r\n", 400},
	"E5 no Host, HTTP/1.0":            {"GET /code HTTP/1.0\r\n\r\n", 400},
	"E5 two Hosts":                    {good + "Host: b.example\r\n\r\n", 400},
	"E5 the same Host twice":          {good + "hOST: a.example\r\n\r\n", 400},
	"E5 empty Host":                   {"GET /code HTTP/1.1\r\nHost:\r\n\r\n", 400},
	"E5 blank Host":                   {"GET /code HTTP/1.1\r\nHost: \t \r\n\r\n", 400},
	"E5 user info":                    {"GET /code HTTP/1.1\r\nHost: a.example@b.example\r\n\r\n", 400},
	"E5 user info of another":         {"GET /code HTTP/1.1\r\nHost: evil@a.example\r\n\r\n", 400},
	"E5 slash":                        {"GET /code HTTP/1.1\r\nHost: a.example/x\r\n\r\n", 400},
	"E5 list":                         {"GET /code HTTP/1.1\r\nHost: a.example, b.example\r\n\r\n", 400},
	"E5 port only":                    {"GET /code HTTP/1.1\r\nHost: :80\r\n\r\n", 400},
	"E5 port of letters":              {"GET /code HTTP/1.1\r\nHost: a.example:x\r\n\r\n", 400},
	"E5 two ports":                    {"GET /code HTTP/1.1\r\nHost: a.example:80:80\r\n\r\n", 400},
	"E5 bracket":                      {"GET /code HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
	"E5 escaped":                      {"GET /code HTTP/1.1\r\nHost: a%2eexample\r\n\r\n", 400},
	"E5 unknown host":                 {"GET /code HTTP/1.1\r\nHost: b.example\r\n\r\n", 421},
	"E6 other host":                   {"GET http://b.example/code HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E6 our host, other Host":         {"GET http://a.example/code HTTP/1.1\r\nHost: b.example\r\n\r\n", 400},
	"E6 other port":                   {"GET http://a.example:81/code HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E6 user info":                    {"GET http://x@a.example/code HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E6 host in a query":              {"GET http://evil.example?http://a.example/code HTTP/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E8 no slash":                     {target("code"), 400},
	"E8 asterisk":                     {target("*"), 400},
	"E8 another scheme":               {target("ftp://a.example/code"), 400},
	"E8 no scheme":                    {target("://a.example/code"), 400},
	"E7 POST":                         {"POST /code HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n", 405},
	"E7 PUT":                          {"PUT /code HTTP/1.1\r\nHost: a.example\r\n\r\n", 405},
	"E7 OPTIONS *":                    {"OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n", 405},
	"E7 CONNECT":                      {"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n", 405},
	"E7 TRACE":                        {"TRACE /code HTTP/1.1\r\nHost: a.example\r\n\r\n", 405},
	"E7 lower case":                   {"get /code HTTP/1.1\r\nHost: a.example\r\n\r\n", 405},
	"E7 mixed case":                   {"Head /code HTTP/1.1\r\nHost: a.example\r\n\r\n", 405},
	"E7 GET and more":                 {"GETX /code HTTP/1.1\r\nHost: a.example\r\n\r\n", 405},
	"E7 no token":                     {"G@T /code HTTP/1.1\r\nHost: a.example\r\n\r\n", 405},
	"E7 HTTP/2.0":                     {"GET /code HTTP/2.0\r\nHost: a.example\r\n\r\n", 505},
	"E7 HTTP/2 preface":               {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
	"E7 HTTP/1.2":                     {"GET /code HTTP/1.2\r\nHost: a.example\r\n\r\n", 505},
	"E7 HTTP/0.9":                     {"GET /code HTTP/0.9\r\nHost: a.example\r\n\r\n", 505},
	"E7 HTTP/1.10":                    {"GET /code HTTP/1.10\r\nHost: a.example\r\n\r\n", 505},
	"E7 version in lower case":        {"GET /code http/1.1\r\nHost: a.example\r\n\r\n", 400},
	"E7 no version":                   {"GET /code\r\n\r\n", 400},
	"E7 another protocol":             {"GET /code RTSP/1.0\r\nHost: a.example\r\n\r\n", 400},
	"E9 long target":                  {"GET /" + strings.Repeat("a", 9000) + " HTTP/1.1\r\nHost: a.example\r\n\r\n", 414},
	"E9 target a byte over":           {"GET /" + strings.Repeat("a", 8192) + " HTTP/1.1\r\nHost: a.example\r\n\r\n", 414},
	"E9 endless target":               {"GET /" + strings.Repeat("a", 1<<20), 414},
	"E9 long header":                  {good + "X: " + strings.Repeat("a", 9000) + "\r\n\r\n", 431},
	"E9 many headers":                 {good + strings.Repeat("X: a\r\n", 2000) + "\r\n", 431},
	"E9 endless header":               {good + "X: " + strings.Repeat("a", 1<<20), 431},
	"E14 TLS hello on the plain port": {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400},
}

// TestE1toE9Refused sends each case over a connection of its own, with a hidden
// request behind it.
func TestE1toE9Refused(t *testing.T) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t)
			e.has("code", nil)
			e.has("hidden", nil)
			conn := dial(t, e.serve(t, nil).Addr())
			conn.send(c.raw + hidden)
			r, _ := conn.answer("GET")
			if r.StatusCode != c.status || r.Header.Get("Location") != "" {
				t.Errorf("answered %d with Location %q, want %d", r.StatusCode, r.Header.Get("Location"), c.status)
			}
			if allow := r.Header.Get("Allow"); c.status == 405 && allow != "GET, HEAD" {
				t.Errorf("Allow %q", allow)
			}
			if !r.Close || !conn.closed() {
				t.Error("the connection was not closed")
			}
			if n := e.clicked(); n > 0 || e.asked > 0 {
				t.Errorf("%d clicks, asked %d times", n, e.asked)
			}
		})
	}
}

// TestE1toE9BehindAGoodRequest pipelines each case behind a request that must
// still be answered, and counted.
func TestE1toE9BehindAGoodRequest(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	e.has("hidden", nil)
	addr := e.serve(t, nil).Addr()
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			before := e.clicked()
			conn := dial(t, addr)
			conn.send(good + "\r\n" + c.raw + hidden)
			if r, _ := conn.answer("GET"); r.StatusCode != 302 {
				t.Errorf("the request before it was answered %d", r.StatusCode)
			}
			if strings.HasPrefix(c.raw, "\r\n") {
				return
			}
			if r, _ := conn.answer("GET"); r.StatusCode != c.status || !conn.closed() {
				t.Errorf("answered %d, want %d and closed", r.StatusCode, c.status)
			}
			if n := e.clicked() - before; n != 1 {
				t.Errorf("%d clicks, want 1", n)
			}
		})
	}
}

// TestE4InPieces sends each case a byte at a time, so that no rule hangs on how
// bytes arrive.
func TestE4InPieces(t *testing.T) {
	e := newEdge(t)
	e.has("code", nil)
	addr := e.serve(t, nil).Addr()
	for name, c := range refusals {
		if len(c.raw) > 300 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			conn := dial(t, addr)
			for i := range len(c.raw) {
				conn.send(c.raw[i : i+1])
			}
			if r, _ := conn.answer("GET"); r.StatusCode != c.status {
				t.Errorf("answered %d, want %d", r.StatusCode, c.status)
			}
		})
	}
	if n := e.clicked(); n > 0 {
		t.Errorf("%d clicks", n)
	}
}

// TestPlainRequests are unusual and allowed.
func TestPlainRequests(t *testing.T) {
	for name, c := range map[string]struct {
		raw    string
		status int
		closed bool
	}{
		"shortest":                  {raw: good + "\r\n", status: 302},
		"no space after the colon":  {raw: "GET /code HTTP/1.1\r\nHost:a.example\r\n\r\n", status: 302},
		"tabs and spaces":           {raw: "GET /code HTTP/1.1\r\nHost: \t a.example\t \r\nX:\ta\tb\r\n\r\n", status: 302},
		"empty value":               {raw: good + "X:\r\n\r\n", status: 302},
		"Latin-1 value":             {raw: good + "X: caf\xe9\r\n\r\n", status: 302},
		"an empty line first":       {raw: "\r\n" + good + "\r\n", status: 302},
		"length 0":                  {raw: good + "Content-Length: 0\r\n\r\n", status: 302},
		"HTTP/1.0":                  {raw: "GET /code HTTP/1.0\r\nHost: a.example\r\n\r\n", status: 302, closed: true},
		"HTTP/1.0, keep-alive":      {raw: "GET /code HTTP/1.0\r\nHost: a.example\r\nConnection: keep-alive\r\n\r\n", status: 302},
		"close":                     {raw: good + "Connection: close\r\n\r\n", status: 302, closed: true},
		"port, upper case, dot":     {raw: "GET /code HTTP/1.1\r\nHOST: A.Example.:8000\r\n\r\n", status: 302},
		"E6 the same host":          {raw: "GET http://A.example/code HTTP/1.1\r\nHost: a.example\r\n\r\n", status: 302},
		"E6 the same host, no path": {raw: "GET http://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n", status: 404},
		"E9 target of 8 KiB":        {raw: "GET /code?" + strings.Repeat("a", 8192-6) + " HTTP/1.1\r\nHost: a.example\r\n\r\n", status: 302},
		"E9 headers of 8 KiB":       {raw: good + "X: " + strings.Repeat("a", 8192-len("Host: a.example\r\nX: \r\n\r\n")) + "\r\n\r\n", status: 302},
		"E8 %00":                    {raw: target("/%00"), status: 404},
		"E8 %0d%0a":                 {raw: target("/code%0d%0aX:y"), status: 404},
		"E8 %zz":                    {raw: target("/%zz"), status: 404},
		"E8 half an escape":         {raw: target("/%"), status: 404},
		"E8 two slashes":            {raw: target("//evil.example"), status: 404},
		"E8 two slashes and a code": {raw: target("//code"), status: 404},
		"E8 two slashes and a port": {raw: target("//evil.example:x/%zz"), status: 404},
		"E8 backslash":              {raw: target(`/\evil.example`), status: 404},
		"E8 dots":                   {raw: target("/x/../code"), status: 404},
		"E8 dot":                    {raw: target("/./code"), status: 404},
		"E8 byte over 0x7F":         {raw: target("/cod\xc3\xa9"), status: 404},
		"E8 byte 0xFF":              {raw: target("/\xff"), status: 404},
		"E8 escaped code":           {raw: target("/%63ode"), status: 404},
		"E8 semicolon":              {raw: target("/code;x"), status: 404},
		"E8 fragment":               {raw: target("/code#x"), status: 404},
		"E8 bracket":                {raw: target("/["), status: 404},
		"E8 bad address":            {raw: target("//[::1"), status: 404},
		"E10 target in the query":   {raw: target("/code?url=https://evil.example&/../x"), status: 302},
		"E10 nasty query":           {raw: target("/code?%zz\xff[\\"), status: 302},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t)
			e.has("code", nil)
			conn := dial(t, e.serve(t, nil).Addr())
			conn.send(c.raw)
			r, _ := conn.answer("GET")
			location := ""
			if c.status == 302 {
				location = "https://target.example/x"
			}
			if r.StatusCode != c.status || r.Header.Get("Location") != location {
				t.Errorf("answered %d with Location %q, want %d", r.StatusCode, r.Header.Get("Location"), c.status)
			}
			if clicks := e.clicked(); clicks > 0 != (c.status == 302) {
				t.Errorf("%d clicks", clicks)
			}
			if open := conn.open(); open == c.closed {
				t.Errorf("open afterwards: %v", open)
			}
		})
	}
}

func target(t string) string { return "GET " + t + " HTTP/1.1\r\nHost: a.example\r\n\r\n" }
