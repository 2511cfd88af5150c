package proxies_test

import (
	"net/http"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/proxies"
)

func TestA11Client(t *testing.T) {
	trusted, err := proxies.Parse([]string{"10.0.0.0/8", "2001:db8::1"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"direct":                      {"192.0.2.1:1234", nil, "192.0.2.1"},
		"forged by a client":          {"192.0.2.1:1234", []string{"198.51.100.9"}, "192.0.2.1"},
		"through a proxy":             {"10.1.1.1:80", []string{"198.51.100.9"}, "198.51.100.9"},
		"forged through a proxy":      {"10.1.1.1:80", []string{"203.0.113.5, 198.51.100.9"}, "198.51.100.9"},
		"through two proxies":         {"10.1.1.1:80", []string{"198.51.100.9, 10.2.2.2"}, "198.51.100.9"},
		"in two headers":              {"10.1.1.1:80", []string{"198.51.100.9", "10.2.2.2"}, "198.51.100.9"},
		"proxies only":                {"10.1.1.1:80", []string{"10.3.3.3, 10.2.2.2"}, "10.3.3.3"},
		"a proxy that says nothing":   {"10.1.1.1:80", nil, "10.1.1.1"},
		"nonsense":                    {"10.1.1.1:80", []string{"198.51.100.9, x"}, "10.1.1.1"},
		"with a port":                 {"10.1.1.1:80", []string{"198.51.100.9:4711"}, "198.51.100.9"},
		"IPv6":                        {"[2001:db8::1]:80", []string{"[2001:db8::9]:4711"}, "2001:db8::9"},
		"IPv6, of another":            {"[2001:db8::2]:80", []string{"2001:db8::9"}, "2001:db8::2"},
		"IPv4 in the form of IPv6":    {"[::ffff:10.1.1.1]:80", []string{"::ffff:198.51.100.9"}, "198.51.100.9"},
		"a connection without a name": {"@", []string{"198.51.100.9"}, "invalid IP"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.forwarded}}
			if got := trusted.Client(r).String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	for _, bad := range []string{"10.0.0.0/33", "proxy.example", ""} {
		if _, err := proxies.Parse([]string{bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
