package process

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sync"
	"testing"
)

// Builds makes programs when they are first asked for, each once.
type Builds struct {
	dir string

	mu     sync.Mutex
	builds map[string]func() error // by package
}

// NewBuilds makes programs in dir.
func NewBuilds(dir string) *Builds {
	return &Builds{dir: dir, builds: map[string]func() error{}}
}

// overlay names a file for go build -overlay: broken builds are tested with it.
const overlay = "FINGERPOST_OVERLAY"

// Path gives the program of a package, built without the race detector and without
// a profile, for which all would be compiled again: the tests look at its behaviour,
// and its own packages' tests at its races.
func (b *Builds) Path(tb testing.TB, pkg string) string {
	tb.Helper()
	target := filepath.Join(b.dir, path.Base(path.Dir(pkg))+"-"+path.Base(pkg))
	b.mu.Lock()
	build, ok := b.builds[pkg]
	if !ok {
		build = sync.OnceValue(func() error {
			args := []string{"build", "-pgo=off", "-o", target}
			if file := os.Getenv(overlay); file != "" {
				args = append(args, "-overlay", file)
			}
			out, err := exec.Command("go", append(args, pkg)...).CombinedOutput()
			if err != nil {
				tb.Logf("%s", out)
			}
			return err
		})
		b.builds[pkg] = build
	}
	b.mu.Unlock()
	if err := build(); err != nil {
		tb.Fatalf("building %s: %v", pkg, err)
	}
	return target
}
