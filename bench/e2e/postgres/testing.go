package postgres

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// folderPrefix is followed by the process id of a folder's owner.
const folderPrefix = "fingerpost-postgres-"

// shared is the one server that a test process shares. It is package state on
// purpose: a cluster takes a second to make, and every test wants but a database
// of it.
var shared struct {
	sync.Mutex
	server    *Server
	databases int
	prepared  string // the database that copies are made of
}

// Tests is a test binary's main that ends the shared server after the last test.
// Without it the kernel does, when the process ends, and the server's folder
// stays until the next run; a package that looks for leaks needs it:
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(postgres.Tests{M: m}) }
type Tests struct{ *testing.M }

// Run runs the tests.
func (t Tests) Run() int {
	code := t.M.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		return code
	}
	if err := errors.Join(shared.server.Stop(), os.RemoveAll(shared.server.dir)); err != nil {
		fmt.Fprintln(os.Stderr, "ending postgres:", err)
		code = max(code, 1)
	}
	shared.server = nil
	return code
}

// NewDatabase gives tb an empty database on the process's shared server. It
// must not be used by tests that kill or freeze the server; see Start.
func NewDatabase(tb testing.TB) (url string) {
	tb.Helper()
	shared.Lock()
	defer shared.Unlock()
	return shared.server.URL(newDatabase(tb, "template1"))
}

// NewCopy is NewDatabase for one that holds what prepare has put into a database,
// which it does once in a process: there may be one prepare, and it must close its
// connections.
func NewCopy(tb testing.TB, prepare func(url string) error) (url string) {
	tb.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.prepared == "" {
		name := newDatabase(tb, "template1")
		need(tb, prepare(shared.server.URL(name)))
		shared.prepared = name
	}
	return shared.server.URL(newDatabase(tb, shared.prepared))
}

// newDatabase adds a database to the shared server, which it starts if need be, and
// gives its name. shared must be locked.
func newDatabase(tb testing.TB, of string) (name string) {
	tb.Helper()
	if shared.server == nil {
		server, err := runInTemp()
		need(tb, err)
		shared.server = server
	}
	shared.databases++
	name = fmt.Sprintf("test%d", shared.databases)
	need(tb, shared.server.copyDatabase(of, name))
	return name
}

// StartServer gives tb a server of its own, with the empty database "postgres",
// until tb ends: for tests that break the server.
func StartServer(tb testing.TB) *Server {
	tb.Helper()
	server, err := runInTemp()
	need(tb, err)
	tb.Cleanup(func() {
		if err := errors.Join(server.Stop(), os.RemoveAll(server.dir)); err != nil {
			tb.Errorf("ending postgres: %v", err)
		}
	})
	return server
}

// need ends tb unless err is nil: skipped if there is no PostgreSQL and none is
// required, failed otherwise.
func need(tb testing.TB, err error) {
	tb.Helper()
	switch {
	case err == nil:
	case errors.Is(err, ErrNotInstalled) && os.Getenv("FINGERPOST_REQUIRE_ALL") == "":
		tb.Skipf("%v; install it (apt-get install postgresql) to run this test", err)
	default:
		tb.Fatalf("starting PostgreSQL: %v", err)
	}
}

// runInTemp runs a server in a folder of the system's own temporary folder: a
// test's folder may be closed to the user postgres.
func runInTemp() (*Server, error) {
	removeAbandoned()
	dir, err := os.MkdirTemp("", folderPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for postgres: %w", err)
	}
	server, err := Run(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return server, nil
}

// removeAbandoned removes the folders of processes that are gone. Errors do not
// matter: the next run tries again.
func removeAbandoned() {
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	for _, folder := range folders {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), folderPrefix), "-")
		pid, err := strconv.Atoi(owner)
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(folder)
		}
	}
}
