package server_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/server"
)

// What the command line asks of a key is checked where the API's wishes are.
func TestKeysFromTheCommandLine(t *testing.T) {
	k, err := server.OpenKeys(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	for name, c := range map[string]struct {
		key  server.NewKey
		want string // in the error; "" for none
	}{
		"a rate":          {server.NewKey{Scopes: []string{"urls:read"}, RateLimit: 5}, ""},
		"too high a rate": {server.NewKey{Scopes: []string{"urls:read"}, RateLimit: 1 << 30}, "rate_limit"},
		"unknown user":    {server.NewKey{Scopes: []string{"urls:read"}, User: "nobody"}, "user_id"},
		"unknown scope":   {server.NewKey{Scopes: []string{"urls:eat"}}, "--scope"},
		"negative ttl":    {server.NewKey{Scopes: []string{"urls:read"}, TTL: -1}, "--ttl"},
	} {
		t.Run(name, func(t *testing.T) {
			secret, err := k.Create(t.Context(), c.key)
			if c.want == "" {
				if err != nil || secret == "" {
					t.Errorf("made %q, %v", secret, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want one of %s", err, c.want)
			}
		})
	}
}
