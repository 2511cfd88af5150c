package house_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/fingerpost/fingerpost"

// unit is a package as `go list` tells it.
type unit struct {
	ImportPath, Dir, Doc, Name         string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
}

// room is the package's path inside the module.
func (u unit) room() string { return strings.TrimPrefix(u.ImportPath, module+"/") }

func (u unit) in(rooms ...string) bool {
	return slices.ContainsFunc(rooms, func(r string) bool {
		return u.room() == r || strings.HasPrefix(u.room(), r+"/")
	})
}

// A wall says that what stands behind it is imported only from the rooms named.
type wall struct {
	behind []string // import path prefixes
	from   []string // rooms that may; tests too, if they are listed
	tests  bool     // tests may, wherever they are
}

var walls = map[string]wall{
	"the edge is imported by programs alone":          {behind: []string{module + "/edge"}, from: []string{"edge", "deploy", "bench"}},
	"the control plane is imported by programs alone": {behind: []string{module + "/controlplane"}, from: []string{"controlplane", "deploy", "bench"}},
	"database drivers stay in the store": {
		behind: []string{"database/sql", "github.com/jackc/pgx", "github.com/cockroachdb/cockroach-go", "modernc.org/sqlite", "github.com/pressly/goose"},
		from:   []string{"controlplane/internal/store", "bench/e2e/postgres"}, tests: true,
	},
	"etcd's client stays in the feed": {behind: []string{"go.etcd.io/etcd/client"}, from: []string{"sync/feed", "sync/feedtest"}, tests: true},
	"etcd's server stays in standalone": {
		behind: []string{"go.etcd.io/etcd/server", module + "/deploy/standalone/etcd"},
		from:   []string{"deploy/standalone", "sync/feedtest"}, tests: true,
	},
	"ristretto stays in the cache": {behind: []string{"github.com/dgraph-io/ristretto"}, from: []string{"edge/internal/cache"}},
	"visitors are described in one place": {
		behind: []string{"github.com/mileusna/useragent", "github.com/oschwald/maxminddb-golang"}, from: []string{"edge/internal/visit"},
	},
	"Kafka's client stays with the events":  {behind: []string{"github.com/twmb/franz-go"}, from: []string{"edge/internal/events"}, tests: true},
	"fasthttp stays in the edge":            {behind: []string{"github.com/valyala/fasthttp"}, from: []string{"edge"}},
	"profiles are read where they are made": {behind: []string{"github.com/google/pprof"}, from: []string{"bench/peers"}},
	"sketches stay with visitors":           {behind: []string{"github.com/axiomhq"}, from: []string{"controlplane/internal/visitors"}, tests: true},
	"schemas are checked in tests":          {behind: []string{"github.com/santhosh-tekuri"}, tests: true},
	"test support stays in tests":           {behind: []string{module + "/sync/feedtest"}, from: []string{"sync/feedtest"}, tests: true},
}

func TestWalls(t *testing.T) {
	for _, u := range packages(t) {
		for name, w := range walls {
			imports := slices.Clone(u.Imports)
			if !w.tests {
				imports = slices.Concat(imports, u.TestImports, u.XTestImports)
			}
			for _, path := range imports {
				if !u.in(w.from...) && slices.ContainsFunc(w.behind, func(b string) bool { return path == b || strings.HasPrefix(path, b+"/") }) {
					t.Errorf("%s: %s imports %s", name, u.room(), path)
				}
			}
		}
	}
}

func TestLinkImportsTheStandardLibraryOnly(t *testing.T) {
	for _, u := range packages(t) {
		if !u.in("sync/link") {
			continue
		}
		for _, path := range u.Imports {
			if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
				t.Errorf("%s imports %s", u.room(), path)
			}
		}
	}
}

func TestEveryPackageIsDocumented(t *testing.T) {
	for _, u := range packages(t) {
		if u.Doc == "" && len(u.GoFiles) > 0 {
			t.Errorf("%s has no package comment", u.room())
		}
	}
}

func TestSyncHasNoPackageOfItsOwn(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(top(t), "sync", "*.go"))
	if err != nil || len(files) > 0 {
		t.Errorf("%v (%v) would shadow the standard library's sync", files, err)
	}
}

// packages lists the module's packages.
func packages(t *testing.T) []unit {
	t.Helper()
	cmd := exec.Command("go", "list", "-pgo=off", "-json=ImportPath,Dir,Doc,Name,GoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = top(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	var all []unit
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var u unit
		if err := d.Decode(&u); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("reading go list: %v", err)
		}
		all = append(all, u)
	}
}

// top is the repository's root.
func top(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(strings.TrimSpace(string(out)))
}
