package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/api"
)

// TestA11Limit: exactly the allowed number passes at one moment, whatever the
// requests say of where they come from; and what comes in since, later.
func TestA11Limit(t *testing.T) {
	f := start(t)
	f.stop()
	limited, _, err := f.access.Create(t.Context(), access.NewKey{Scopes: []access.Scope{access.ReadURLs}, RateLimit: 20})
	if err != nil {
		t.Fatal(err)
	}
	statuses := make(chan answer, 100)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			statuses <- f.do("GET", "/api/v1/urls", "", "Authorization", "Bearer "+limited, "X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i))
		})
	}
	all.Wait()
	close(statuses)
	count := make(map[int]int)
	for a := range statuses {
		count[a.status]++
		headers(t, a, "key", 20)
		if a.status == http.StatusTooManyRequests {
			a.want(t, a.status, "rate_limited", "")
			if a.header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
			}
		}
	}
	if count[200] != 20 || count[429] != 80 {
		t.Errorf("statuses %v, want 20 × 200 and 80 × 429", count)
	}
	f.pass(100 * time.Millisecond) // two more come in
	for _, want := range []int{200, 200, 429} {
		if a := f.do("GET", "/api/v1/urls", "", "Authorization", "Bearer "+limited); a.status != want {
			t.Errorf("status %d, want %d", a.status, want)
		}
	}
	if a := f.do("GET", "/api/v1/urls", ""); a.header.Get("X-RateLimit-Limit") != "" || a.status != 200 {
		t.Errorf("the first admin key has a limit: %v", a.header)
	}
	if a := f.do("GET", "/api/v1/urls", "", "Authorization", "Bearer "+f.key(access.ReadURLs)); a.header.Get("X-RateLimit-Limit") != "1000" {
		t.Errorf("a key without a limit of its own: %v", a.header)
	}
}

// TestA11MadeUpKeys: an address that makes keys up is told to wait; who shows a good
// one is not, nor is anybody at another address.
func TestA11MadeUpKeys(t *testing.T) {
	f := startWith(t, func(o *api.Options) { o.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	f.stop()
	fresh := []string{f.key(access.ReadURLs), f.key(access.ReadURLs)}
	show := func(key, from string) answer {
		return f.do("GET", "/api/v1/urls", "", "Authorization", "Bearer "+key, "X-Forwarded-For", "203.0.113.5, "+from)
	}
	show(fresh[0], "2001:db8::1").want(t, 200, "", "")
	for i := range 100 {
		show(fmt.Sprint("made up ", i), fmt.Sprintf("2001:db8::%d", i)).want(t, 401, "unauthenticated", "")
	}
	refused := show("made up", "2001:db8::1")
	refused.want(t, 429, "rate_limited", "")
	headers(t, refused, "address", 100)
	if refused.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", refused.header.Get("Retry-After"))
	}
	show(fresh[1], "2001:db8::1").want(t, 429, "rate_limited", "") // nobody can tell yet
	show(fresh[0], "2001:db8::1").want(t, 200, "", "")
	show("made up", "2001:db8:0:1::1").want(t, 401, "unauthenticated", "")
	f.pass(10 * time.Millisecond)
	for range 2 {
		show(fresh[1], "2001:db8::1").want(t, 200, "", "")
	}
}

// TestA11Flood: whoever shows keys from any number of addresses has no key's requests
// forgotten.
func TestA11Flood(t *testing.T) {
	f := startWith(t, func(o *api.Options) { o.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	f.stop()
	limited, _, err := f.access.Create(t.Context(), access.NewKey{Scopes: []access.Scope{access.ReadURLs}, RateLimit: 2})
	if err != nil {
		t.Fatal(err)
	}
	show := func(key, from string) answer {
		return f.do("GET", "/api/v1/urls", "", "Authorization", "Bearer "+key, "X-Forwarded-For", from)
	}
	for range 2 {
		show(limited, "203.0.113.5").want(t, 200, "", "")
	}
	for i := range 30 { // three times as many as are remembered
		show("made up", fmt.Sprintf("2001:db8:0:%x::1", i)).want(t, 401, "unauthenticated", "")
	}
	show(limited, "203.0.113.5").want(t, 429, "rate_limited", "")
}

// headers holds both families of headers to each other.
func headers(t *testing.T, a answer, policy string, limit int) {
	t.Helper()
	remaining, err := strconv.Atoi(a.header.Get("X-RateLimit-Remaining"))
	if err != nil || remaining < 0 || remaining >= limit {
		t.Errorf("X-RateLimit-Remaining %q", a.header.Get("X-RateLimit-Remaining"))
	}
	if reset, err := strconv.ParseInt(a.header.Get("X-RateLimit-Reset"), 10, 64); err != nil || reset == 0 {
		t.Errorf("X-RateLimit-Reset %q", a.header.Get("X-RateLimit-Reset"))
	}
	for name, want := range map[string]string{
		"X-RateLimit-Limit": strconv.Itoa(limit),
		"RateLimit-Policy":  fmt.Sprintf(`%q;q=%d;w=1`, policy, limit),
		"RateLimit":         fmt.Sprintf(`%q;r=%d;t=1`, policy, remaining),
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
