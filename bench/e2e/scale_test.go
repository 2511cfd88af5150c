//go:build linux

package e2e_test

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/bench/scale"
	plane "github.com/fingerpost/fingerpost/controlplane/client"
	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

// TestL5Small runs everything on few links; how long it takes is not judged here.
func TestL5Small(t *testing.T) {
	t.Parallel()
	if _, err := postgres.Program("psql"); err != nil && os.Getenv("FINGERPOST_REQUIRE_ALL") == "" {
		t.Skipf("%v; install it (apt-get install postgresql) to run this test", err)
	}
	dir := scaleFolder(t)
	r, err := scale.Run(t.Context(), scale.Options{
		Programs: scale.Programs{Etcd: builds.Path(t, etcdPkg), Control: builds.Path(t, controlplanePkg), Edge: builds.Path(t, edgePkg)},
		Dir:      dir, Many: 3000, Few: 1000, Written: 1000, Held: 500, URLs: []string{"https://a.example/autumn", "https://b.example/#sale"},
		Rounds: 1, Singles: 16, Bulks: 1, Lookups: 50, Queries: 1, Redirects: 200, Clients: 4, Rate: 1000,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Compared {
		if len(c.Few) != 1 || len(c.Many) != 1 {
			t.Errorf("%s: %d and %d turns, want 1 and 1", c.Name, len(c.Few), len(c.Many))
		}
	}
	rows := map[string]int64{"links": 3000, "link_revisions": 3000}
	maps.DeleteFunc(rows, func(name string, n int64) bool {
		return slices.ContainsFunc(r.Disk, func(d scale.Table) bool { return d.Name == name && d.Rows == n })
	})
	if len(rows) > 0 {
		t.Errorf("the database holds %+v; missing are %v", r.Disk, rows)
	}
	if len(r.Sections()) != 3 {
		t.Errorf("sections %+v", r.Sections())
	}
	findCopies(t, filepath.Join(dir, "links-3000"))
}

// findCopies asks a control plane for what the database has made of what another one
// wrote: it must be what that one would have written.
func findCopies(t *testing.T, dir string) {
	database, err := postgres.Run(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = database.Stop() })
	s, err := server.New(server.Options{
		DatabaseURL: database.URL("postgres"), Etcd: []string{feedtest.Start(t).Endpoint()}, Logger: slog.New(slog.DiscardHandler),
		Addr: "127.0.0.1:0", RPCAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0", AdminKey: adminKey, Deadline: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(t.Context())) })
	api, err := plane.New(plane.Options{URL: "http://" + s.Addr(), Key: adminKey})
	if err != nil {
		t.Fatal(err)
	}
	page, err := api.List(t.Context(), plane.Query{Text: "copy02", Limit: 1000})
	if err != nil || len(page.Items) != 1000 {
		t.Fatalf("found %d links of the second copy, want 1,000 (%v)", len(page.Items), err)
	}
	one := page.Items[500]
	if !strings.HasSuffix(one.Code, "02") || !strings.HasSuffix(one.LongURL, "copy02") {
		t.Errorf("%s leads to %s", one.Code, one.LongURL)
	}
	for name, q := range map[string]plane.Query{"code": {Text: one.Code}, "tag": {Tag: one.Tags[0], Limit: 1000}, "title": {Text: one.Title, Limit: 1000}} {
		page, err := api.List(t.Context(), q)
		if err != nil || !slices.ContainsFunc(page.Items, func(l plane.Link) bool { return l.Code == one.Code }) {
			t.Errorf("%s is not found by its %s (%v)", one.Code, name, err)
		}
	}
	again, err := api.Create(t.Context(), plane.NewLink{LongURL: one.LongURL, IfExists: "return"})
	if err != nil || again.Code != one.Code {
		t.Errorf("a link to %s is made again: %+v, %v", one.LongURL, again, err)
	}
}

// scaleFolder is one that the user postgres can enter, which a test's own may not be.
func scaleFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "fingerpost-scale-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}
