package api_test

import (
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/internal/api"
	"github.com/fingerpost/fingerpost/sync/link"
)

// TestShortURLLeadsToTheLink: a code is known on its own domain only.
func TestShortURLLeadsToTheLink(t *testing.T) {
	for name, c := range map[string]struct{ prefix, domain, want string }{
		"default domain":                 {"https://{domain}", "go.example", "https://go.example/abc"},
		"another domain":                 {"https://{domain}", "brand.example", "https://brand.example/abc"},
		"an address of the default":      {"http://localhost:8000", "go.example", "http://localhost:8000/abc"},
		"not the default's address":      {"http://localhost:8000", "brand.example", "https://brand.example/abc"},
		"an address that names domains":  {"http://{domain}:8000", "brand.example", "http://brand.example:8000/abc"},
		"a path before codes of another": {"https://go.example/s", "brand.example", "https://brand.example/abc"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := api.ShortURL(c.prefix, "go.example", link.Key{Domain: c.domain, Code: "abc"}); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
