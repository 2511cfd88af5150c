package verify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fake is a whole system in one handler: the API under /api, redirects under
// everything else. Its hooks break it on purpose; a nil hook breaks nothing.
type fake struct {
	create   func(f *fake, n int, l *fakeLink)        // may spoil the nth link before it is stored
	later    func(n int) bool                         // the nth create is refused at first
	redirect func(f *fake, l *fakeLink, n int) string // where the nth redirect goes
	counted  func(total, read int) int                // what the statistics say
	drop     func(n int) bool                         // the nth redirect is not answered

	mu                        sync.Mutex
	links                     map[string]*fakeLink
	creates, redirects, reads int
	refused                   map[int]bool
}

type fakeLink struct {
	code, url, old string
	clicks         int
}

func newFake(t *testing.T) *fake {
	t.Helper()
	return &fake{links: map[string]*fakeLink{}, refused: map[int]bool{}}
}

// start serves the fake; one address is enough for control plane and edge.
func (f *fake) start(t *testing.T) (url string) {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s.URL
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	code, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/v1/urls"), "/stats")
	code = strings.TrimPrefix(code, "/")
	isAPI := strings.HasPrefix(r.URL.Path, "/api/")
	switch {
	case isAPI && r.Header.Get("Authorization") != "Bearer secret":
		w.WriteHeader(401)
	case !isAPI:
		f.serveRedirect(w, f.links[strings.TrimPrefix(r.URL.Path, "/")])
	case r.Method == "POST":
		f.serveCreate(w, r)
	case r.Method == "PATCH":
		l := f.links[code]
		l.old, l.url = l.url, longURL(r)
		writeLink(w, 200, l)
	case strings.HasSuffix(r.URL.Path, "/stats"+rest) && code != "":
		f.reads++
		total := f.links[code].clicks
		if f.counted != nil {
			total = f.counted(total, f.reads)
		}
		fmt.Fprintf(w, `{"total": %d}`, total)
	default:
		fmt.Fprint(w, `{"items": []}`)
	}
}

func (f *fake) serveCreate(w http.ResponseWriter, r *http.Request) {
	n := f.creates
	if f.later != nil && f.later(n) && !f.refused[n] {
		f.refused[n] = true
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(429)
		return
	}
	f.creates++
	l := &fakeLink{code: "c" + strconv.Itoa(n), url: longURL(r)}
	if f.create != nil {
		f.create(f, n, l)
	}
	f.links[l.code] = l
	writeLink(w, 201, l)
}

func (f *fake) serveRedirect(w http.ResponseWriter, l *fakeLink) {
	n := f.redirects
	f.redirects++
	if f.drop != nil && f.drop(n) {
		panic(http.ErrAbortHandler)
	}
	l.clicks++
	target := l.url
	if f.redirect != nil {
		target = f.redirect(f, l, n)
	}
	if target == "" {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(503)
		return
	}
	w.Header().Set("Location", target)
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(302)
}

func longURL(r *http.Request) string {
	var body struct {
		LongURL string `json:"long_url"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		panic(err)
	}
	return body.LongURL
}

func writeLink(w http.ResponseWriter, status int, l *fakeLink) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"domain": "localhost", "code": l.code, "long_url": l.url, "version": 1})
}
